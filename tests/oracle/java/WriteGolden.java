import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes the topics of the golden files into a broker. The name of a topic is the name of its case.
 * "first" fills them; "second" runs after the broker was restarted, and so in a later leader epoch.
 */
public final class WriteGolden {
  private static final long START = 1_000_000_000_000L; // 9 September 2001
  private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

  private final String bootstrap;
  private final Admin admin;

  private WriteGolden(String bootstrap) {
    this.bootstrap = bootstrap;
    this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  public static void main(String[] args) throws Exception {
    if (args.length != 2 || !List.of("first", "second").contains(args[1])) {
      System.err.println("usage: WriteGolden BOOTSTRAP first|second");
      System.exit(2);
    }
    WriteGolden golden = new WriteGolden(args[0]);
    if (args[1].equals("first")) {
      golden.first();
    } else {
      golden.epochs("second");
    }
    golden.admin.close();
  }

  private void first() throws Exception {
    for (String codec : CODECS) {
      codec(codec);
    }
    logAppendTime();
    timestampsOutOfOrder();
    idempotent();
    transactions();
    indexes();
    rolled();
    deletedRecords();
    compacted();
    epochs("first");
    groups();
    shareGroup();
  }

  private void codec(String codec) throws Exception {
    create(codec, Map.of());
    try (KafkaProducer<byte[], byte[]> producer = plain(codec)) {
      variety(producer, codec);
      for (int i = 0; i < 20; i++) {
        send(producer, codec, START + 1000 + i, "key-" + i % 3, "the same words again and again, number " + i);
      }
      producer.flush();
      // More than one block of Kafka's snappy and lz4 framing, in one record and over records.
      int large = codec.equals("none") ? 1500 : 150_000;
      send(producer, codec, START + 2000, "large", "abcdefghijklmnopqrstuvwxyz".repeat(large / 26));
      send(producer, codec, START + 2001, "after-large", "small");
      producer.flush();
    }
  }

  /** Null and empty keys, values and header values, repeated header names, bytes that are not text. */
  private void variety(KafkaProducer<byte[], byte[]> producer, String topic) {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    send(producer, topic, START, "key", "value");
    send(producer, topic, START + 1, null, "no key");
    send(producer, topic, START + 2, "no value", null);
    send(producer, topic, START + 3, null, null);
    send(producer, topic, START + 4, "", "");
    ProducerRecord<byte[], byte[]> headers = record(topic, START + 5, "headers", "four of them");
    headers.headers().add("name", bytes("value")).add("name", bytes("again")).add("null", null).add("", new byte[0]);
    producer.send(headers);
    ProducerRecord<byte[], byte[]> binary = new ProducerRecord<>(topic, 0, START + 6, new byte[] {0, -1, 0}, all);
    binary.headers().add("\u00fcber", new byte[] {(byte) 0x80, 0});
    producer.send(binary);
    send(producer, topic, START - 5, "earlier", "than the first of its batch");
    producer.flush();
  }

  private void logAppendTime() throws Exception {
    create("log-append-time", Map.of("message.timestamp.type", "LogAppendTime"));
    for (String codec : List.of("none", "zstd")) {
      try (KafkaProducer<byte[], byte[]> producer = plain(codec)) {
        variety(producer, "log-append-time");
        Thread.sleep(20);
        send(producer, "log-append-time", START, "later", "in a batch of its own");
        producer.flush();
      }
    }
  }

  private void timestampsOutOfOrder() throws Exception {
    create("out-of-order-time", Map.of("index.interval.bytes", "1"));
    try (KafkaProducer<byte[], byte[]> producer = plain("none")) {
      long[] timestamps = {100, 300, 200, 300, 50, 400, 399, 0, 1000, 10};
      for (int i = 0; i < timestamps.length; i++) {
        send(producer, "out-of-order-time", START + timestamps[i], "k" + i, "first of batch " + i);
        send(producer, "out-of-order-time", START + timestamps[i] - 7, "k" + i, "second of batch " + i);
        producer.flush();
      }
    }
  }

  private void idempotent() throws Exception {
    create("idempotent", Map.of());
    try (KafkaProducer<byte[], byte[]> one = new KafkaProducer<>(config("none", Map.of("enable.idempotence", true)));
        KafkaProducer<byte[], byte[]> two = new KafkaProducer<>(config("lz4", Map.of("enable.idempotence", true)))) {
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j <= i; j++) {
          send(one, "idempotent", START + i, "one", "batch " + i + " record " + j);
        }
        one.flush();
        send(two, "idempotent", START + i, "two", "batch " + i);
        two.flush();
      }
    }
  }

  private void transactions() throws Exception {
    String topic = "transactions";
    create(topic, Map.of());
    try (KafkaProducer<byte[], byte[]> a = new KafkaProducer<>(config("none", Map.of("transactional.id", "tx-a")));
        KafkaProducer<byte[], byte[]> b = new KafkaProducer<>(config("gzip", Map.of("transactional.id", "tx-b")));
        KafkaProducer<byte[], byte[]> outside = plain("none")) {
      a.initTransactions();
      b.initTransactions();
      a.beginTransaction();
      send(a, topic, START, "a", "committed 1");
      send(a, topic, START + 1, "a", "committed 2");
      a.commitTransaction();
      a.beginTransaction();
      b.beginTransaction();
      send(a, topic, START + 2, "a", "aborted 1");
      a.flush();
      send(b, topic, START + 3, "b", "committed while another aborts");
      b.flush();
      send(outside, topic, START + 4, "none", "outside of any transaction");
      outside.flush();
      send(a, topic, START + 5, "a", "aborted 2");
      a.flush();
      a.abortTransaction();
      b.commitTransaction();
      b.beginTransaction();
      send(b, topic, START + 6, "b", "aborted 3");
      b.flush();
      b.abortTransaction();
      a.beginTransaction();
      send(a, topic, START + 7, "a", "committed 3");
      a.flush();
      a.commitTransaction();
    }
  }

  private void indexes() throws Exception {
    create("indexes", Map.of("index.interval.bytes", "150"));
    try (KafkaProducer<byte[], byte[]> producer = plain("none")) {
      for (int i = 0; i < 30; i++) {
        for (int j = 0; j <= i % 3; j++) {
          send(producer, "indexes", START + 10L * i + j, "k" + i, "record " + j + " of batch " + i);
        }
        producer.flush();
      }
    }
  }

  /** Segments rolled by time, and one rolled because its index was full. */
  private void rolled() throws Exception {
    create("rolled", Map.of("segment.ms", "3600000", "segment.index.bytes", "48", "index.interval.bytes", "1"));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config("none", Map.of("enable.idempotence", true)))) {
      for (int i = 0; i < 16; i++) {
        long hour = i < 6 ? i / 3 : 2;
        send(producer, "rolled", START + hour * 4_000_000 + i, "k" + i, "batch " + i);
        producer.flush();
      }
    }
  }

  private void deletedRecords() throws Exception {
    create("deleted-records", Map.of("segment.ms", "3600000"));
    try (KafkaProducer<byte[], byte[]> producer = plain("none")) {
      for (int i = 0; i < 12; i++) {
        send(producer, "deleted-records", START + (i / 4) * 4_000_000L + i, "k" + i, "batch " + i);
        producer.flush();
      }
    }
    TopicPartition partition = new TopicPartition("deleted-records", 0);
    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(6))).all().get();
  }

  /** Tombstones, so that batches carry a delete horizon, and offsets that are no longer contiguous. */
  private void compacted() throws Exception {
    create("compacted", Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01",
        "segment.ms", "3600000", "delete.retention.ms", "86400000", "min.compaction.lag.ms", "0"));
    try (KafkaProducer<byte[], byte[]> producer = plain("none")) {
      for (int i = 0; i < 18; i++) {
        send(producer, "compacted", START + i, "k" + i % 5, i % 7 == 3 ? null : "value " + i);
        if (i % 4 == 3) {
          producer.flush();
        }
      }
      producer.flush();
      send(producer, "compacted", START + 4_000_000, "k0", "in the active segment");
    }
  }

  private void epochs(String phase) throws Exception {
    if (phase.equals("first")) {
      create("epochs", Map.of());
    }
    try (KafkaProducer<byte[], byte[]> producer = plain("none")) {
      for (int i = 0; i < 3; i++) {
        send(producer, "epochs", START + i, phase, "batch " + i);
        producer.flush();
      }
    }
  }

  private void groups() throws Exception {
    TopicPartition none = new TopicPartition("none", 0);
    try (KafkaConsumer<byte[], byte[]> classic = consumer("classic-group", Map.of("group.protocol", "classic"))) {
      join(classic);
      classic.commitSync(Map.of(none, new OffsetAndMetadata(3, Optional.of(0), "with metadata")));
      classic.commitSync(Map.of(none, new OffsetAndMetadata(8)));
    }
    try (KafkaConsumer<byte[], byte[]> simple = consumer("simple-group", Map.of())) {
      simple.assign(List.of(none));
      simple.commitSync(Map.of(none, new OffsetAndMetadata(1), new TopicPartition("gzip", 0), new OffsetAndMetadata(2)));
    }
    try (KafkaConsumer<byte[], byte[]> next = consumer("consumer-group", Map.of("group.protocol", "consumer"))) {
      join(next);
      next.commitSync(Map.of(none, new OffsetAndMetadata(5)));
    }
    try (KafkaConsumer<byte[], byte[]> gone = consumer("deleted-group", Map.of())) {
      gone.assign(List.of(none));
      gone.commitSync(Map.of(none, new OffsetAndMetadata(4)));
    }
    admin.deleteConsumerGroups(List.of("deleted-group")).all().get();
  }

  private void shareGroup() throws Exception {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "share-group");
    admin.incrementalAlterConfigs(Map.of(group, List.of(new AlterConfigOp(
        new ConfigEntry("share.auto.offset.reset", "earliest"),
        AlterConfigOp.OpType.SET)))).all().get();
    Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "group.id", "share-group");
    try (KafkaShareConsumer<byte[], byte[]> consumer =
        new KafkaShareConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of("none"));
      int seen = 0;
      for (int i = 0; i < 30 && seen == 0; i++) {
        seen += consumer.poll(Duration.ofSeconds(1)).count();
      }
      consumer.commitSync();
      if (seen == 0) {
        throw new IllegalStateException("the share group was given no record in 30 s");
      }
    }
  }

  private void join(KafkaConsumer<byte[], byte[]> consumer) {
    consumer.subscribe(List.of("none"));
    for (int i = 0; i < 30 && consumer.assignment().isEmpty(); i++) {
      consumer.poll(Duration.ofSeconds(1));
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer(String group, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(more);
    config.put("bootstrap.servers", bootstrap);
    config.put("group.id", group);
    config.put("client.id", "golden");
    config.put("enable.auto.commit", false);
    config.put("auto.offset.reset", "earliest");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private void create(String topic, Map<String, String> more) throws Exception {
    Map<String, String> configs = new HashMap<>(more);
    configs.put("retention.ms", "-1");
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(configs))).all().get();
  }

  private KafkaProducer<byte[], byte[]> plain(String codec) {
    return new KafkaProducer<>(config(codec, Map.of("enable.idempotence", false)));
  }

  /** A batch ends where the program flushes, not by time or size. */
  private Map<String, Object> config(String codec, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(more);
    config.put("bootstrap.servers", bootstrap);
    config.put("compression.type", codec);
    config.put("linger.ms", 60_000);
    config.put("batch.size", 1_000_000);
    config.put("acks", "all");
    config.put("key.serializer", ByteArraySerializer.class);
    config.put("value.serializer", ByteArraySerializer.class);
    return config;
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, String topic, long timestamp, String key, String value) {
    producer.send(record(topic, timestamp, key, value));
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, long timestamp, String key, String value) {
    return new ProducerRecord<>(topic, 0, timestamp, bytes(key), bytes(value));
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
