import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's Java client, of 2.0 and of now, as a client of tests/clients/run.py. */
class Client {
  interface Step {
    void run() throws Exception;
  }

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final String address;
  private final long count;
  private final String prefix;
  private final AdminClient admin;

  Client(String address, long count, String prefix) {
    this.address = address;
    this.count = count;
    this.prefix = prefix;
    admin = AdminClient.create(properties(address));
  }

  static Properties properties(String address, String... namesAndValues) {
    var properties = new Properties();
    properties.put("bootstrap.servers", address);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return properties;
  }

  static KafkaConsumer<byte[], byte[]> consumer(Properties properties) {
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  static void report(String step, Step run) {
    String result = "passed";
    try {
      run.run();
    } catch (Exception failure) {
      failure.printStackTrace();
      result = "FAILED " + failure.toString().replaceAll("\\s+", " ");
    }
    System.out.println(step + "\t" + result);
  }

  static void expect(Object got, Object wanted) {
    if (!got.equals(wanted)) throw new IllegalStateException(got + ", not " + wanted);
  }

  String topic(String name) {
    return prefix + "-" + name;
  }

  ConfigResource made() {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic("made"));
  }

  void create(String topic, Map<String, String> configs) throws Exception {
    var wanted = new NewTopic(topic, Records.PARTITIONS, (short) 1).configs(configs);
    admin.createTopics(List.of(wanted)).all().get();
  }

  void createTopic() throws Exception {
    create(topic("made"), Map.of("retention.ms", "3600000"));
    try (var consumer = consumer(properties(address))) {
      expect(consumer.partitionsFor(topic("made")).size(), Records.PARTITIONS);
    }
  }

  void retentionIs(String wanted) throws Exception {
    var configs = admin.describeConfigs(List.of(made())).all().get().get(made());
    expect(configs.get("retention.ms").value(), wanted);
  }

  void produce(String topic, String... options) throws Exception {
    create(topic, Map.of());
    var properties = properties(address, options);
    properties.put("linger.ms", "5");
    var sent = new ArrayList<Future<RecordMetadata>>();
    try (var producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long i = 0; i < count; ++i) sent.add(producer.send(Records.record(topic, i)));
    }
    for (var one : sent) one.get();
    readAll(topic);
  }

  void produceWith(String codec) throws Exception {
    produce(topic(codec), "compression.type", codec, "acks", "all", "enable.idempotence", "false");
  }

  KafkaConsumer<byte[], byte[]> assigned(String topic, int first, int last) {
    var partitions = new ArrayList<TopicPartition>();
    for (int p = first; p <= last; ++p) partitions.add(new TopicPartition(topic, p));
    var consumer = consumer(properties(address));
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  void read(KafkaConsumer<byte[], byte[]> consumer, long offset, long wanted) {
    long[] ends = new long[Records.PARTITIONS];
    Arrays.fill(ends, offset);
    for (long read = 0; read < wanted; ) {
      var records = consumer.poll(PATIENCE);
      if (records.isEmpty()) throw new IllegalStateException(read + " records are read");
      for (var record : records) {
        Records.check(record, ends[record.partition()]++);
        ++read;
      }
    }
  }

  void readAll(String topic) {
    try (var consumer = assigned(topic, 0, Records.PARTITIONS - 1)) {
      read(consumer, 0, count);
    }
  }

  void seek(int partition, long offset) {
    try (var consumer = assigned(topic("none"), partition, partition)) {
      read(consumer, 0, 1);
      consumer.seek(new TopicPartition(topic("none"), partition), offset);
      read(consumer, offset, 2);
    }
  }

  void seekToTime() {
    long offset = count / 2 / Records.PARTITIONS;
    var partition = new TopicPartition(topic("none"), 0);
    try (var consumer = assigned(topic("none"), 0, 0)) {
      long before = Records.FIRST_TIMESTAMP + offset * Records.PARTITIONS - 1;
      expect(consumer.offsetsForTimes(Map.of(partition, before)).get(partition).offset(), offset);
    }
    seek(0, offset);
  }

  void deleteRecords() throws Exception {
    var partition = new TopicPartition(topic("acks-1"), 0);
    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(10))).all().get();
    try (var consumer = assigned(partition.topic(), 0, 0)) {
      expect(consumer.beginningOffsets(List.of(partition)).get(partition), 10L);
    }
  }

  void deleteTopic() throws Exception {
    admin.deleteTopics(List.of(topic("made"))).all().get();
    expect(admin.listTopics().names().get().contains(topic("made")), false);
  }

  void run(String reference) {
    report("create topic", this::createTopic);
    report("describe configs", () -> retentionIs("3600000"));
    report("alter configs", () -> {
      Version.setConfig(admin, made(), "retention.ms", "7200000");
      retentionIs("7200000");
    });
    report("delete topic", this::deleteTopic);
    for (var codec : List.of("none", "gzip", "snappy", "lz4")) report(codec, () -> produceWith(codec));
    if (Version.HAS_ZSTD) {
      report("zstd", () -> produceWith("zstd"));
    } else {
      System.out.println("zstd\tnot in this client");
    }
    for (var acks : List.of("0", "1")) {
      report("acks " + acks, () ->
          produce(topic("acks-" + acks), "acks", acks, "enable.idempotence", "false"));
    }
    report("idempotent", () -> produce(topic("idempotent"), "enable.idempotence", "true"));
    report("seek to offset", () -> seek(1, count / 6));
    report("seek to time", this::seekToTime);
    report("delete records", this::deleteRecords);
    report("read reference", () -> readAll(reference));
    admin.close();
  }

  static Properties memberProperties(String address, String group, boolean isNewProtocol) {
    // In a group of the new protocol the broker says how often it wants to hear of its members.
    if (isNewProtocol) {
      return properties(address, "group.id", group, "group.protocol", "consumer");
    }
    return properties(address, "group.id", group, "session.timeout.ms", "6000",
        "heartbeat.interval.ms", "500");
  }

  static void member(Properties properties, String topic, int count) throws Exception {
    var leave = new AtomicBoolean();
    var input = new Thread(() -> {
      try {
        System.in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException closed) {
        System.err.println(closed);
      }
      leave.set(true);
    });
    input.setDaemon(true);
    input.start();
    try (var consumer = consumer(properties)) {
      consumer.subscribe(List.of(topic));
      for (int read = 0; count > 0 ? read < count : !leave.get(); ) {
        boolean isRefused = false;
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          if (count > 0 && read == count) break;
          System.out.println(record.partition() + " " + record.offset());
          ++read;
          // While the group divides its partitions. Of those that stay, which is not known here, the
          // rest of what was polled does not come again, and is committed with what comes next.
          if (isRefused) continue;
          var partition = new TopicPartition(topic, record.partition());
          try {
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(record.offset() + 1)));
          } catch (CommitFailedException refused) {
            isRefused = true;
          }
        }
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("steps")) {
      new Client(arguments[1], Long.parseLong(arguments[2]), arguments[3]).run(arguments[4]);
    } else {
      member(memberProperties(arguments[1], arguments[2], arguments.length > 5), arguments[3],
          Integer.parseInt(arguments[4]));
    }
  }
}
