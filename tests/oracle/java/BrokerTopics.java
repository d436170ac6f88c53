import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes topics in a broker, appends random records to them, or deletes their first records. What a topic is like stands
 * in its name:
 *
 *   keyed-...          compacted, tombstones kept for no time once they were compacted; records of few keys. All others
 *                      keep records of any kind
 *   ...gzip... etc.    the codec
 *   ...-append-time    stamped by the log
 *   ...-deleted        of those that are keyed: its records may be deleted, too
 *   ...-transactions   appended to in transactions, of which some are aborted
 */
public final class BrokerTopics {
  private static final List<String> CODECS = List.of("gzip", "snappy", "lz4", "zstd");
  private static final int KEYS = 40;

  public static void main(String[] args) throws Exception {
    String verb = args.length == 0 ? "" : args[0];
    if (args.length >= 3 && verb.equals("make")) {
      make(args[1], Arrays.asList(args).subList(2, args.length));
    } else if (args.length >= 5 && verb.equals("append")) {
      Random random = new Random(Long.parseLong(args[2]));
      for (String topic : Arrays.asList(args).subList(4, args.length)) {
        append(args[1], topic, random, Integer.parseInt(args[3]));
      }
    } else if (args.length >= 4 && verb.equals("delete")) {
      delete(args[1], Long.parseLong(args[2]), Arrays.asList(args).subList(3, args.length));
    } else {
      System.err.println("usage: BrokerTopics make BOOTSTRAP TOPIC ...");
      System.err.println("       BrokerTopics append BOOTSTRAP SEED COUNT TOPIC ...");
      System.err.println("       BrokerTopics delete BOOTSTRAP BEFORE_OFFSET TOPIC ...");
      System.exit(2);
    }
  }

  private static boolean isKeyed(String topic) {
    return topic.startsWith("keyed");
  }

  // One partition; index sizes as write_segments has them.
  private static Map<String, String> configs(String topic) {
    Map<String, String> configs = new HashMap<>(Map.of(
        "index.interval.bytes", "300",
        "segment.index.bytes", "400",
        "message.timestamp.type", topic.endsWith("-append-time") ? "LogAppendTime" : "CreateTime"));
    configs.put("retention.ms", "-1");
    if (isKeyed(topic)) {
      // Kafka deletes no records on request where the policy is compact alone.
      configs.put("cleanup.policy", topic.endsWith("-deleted") ? "compact,delete" : "compact");
      configs.put("min.cleanable.dirty.ratio", "0");
      configs.put("delete.retention.ms", "0");
    }
    return configs;
  }

  private static void make(String bootstrap, List<String> names) throws Exception {
    List<NewTopic> topics = new ArrayList<>();
    for (String name : names) {
      topics.add(new NewTopic(name, Optional.of(1), Optional.of((short) 1)).configs(configs(name)));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(topics).all().get();
    }
  }

  private static void delete(String bootstrap, long before, List<String> names) throws Exception {
    Map<TopicPartition, RecordsToDelete> deleted = new HashMap<>();
    for (String name : names) {
      deleted.put(new TopicPartition(name, 0), RecordsToDelete.beforeOffset(before));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.deleteRecords(deleted).all().get();
    }
  }

  private static void append(String bootstrap, String topic, Random random, int count) throws Exception {
    boolean inTransactions = topic.endsWith("-transactions");
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrap);
    config.put("linger.ms", 50);
    config.put("enable.idempotence", inTransactions || random.nextBoolean());
    config.put("compression.type", CODECS.stream().filter(topic::contains).findFirst().orElse("none"));
    if (inTransactions) {
      config.put("transactional.id", topic);
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      if (inTransactions) {
        producer.initTransactions();
      }
      long timestamp = 1_000_100_000_000L;
      for (int i = 0; i < count; ) {
        if (inTransactions) {
          producer.beginTransaction();
        }
        for (int left = random.nextInt(20) + 1; left > 0; left--, i++) {
          send(producer, record(topic, timestamp += random.nextInt(100), random), inTransactions);
        }
        producer.flush();
        if (inTransactions && random.nextInt(4) == 0) {
          producer.abortTransaction();
        } else if (inTransactions) {
          producer.commitTransaction();
        }
      }
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record, boolean mayBeAborted) {
    producer.send(record, (at, failure) -> {
      if (failure != null && !mayBeAborted) {
        System.err.println("BrokerTopics: " + record.topic() + ": " + failure);
        Runtime.getRuntime().halt(1);
      }
    });
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, long timestamp, Random random) {
    byte[] key = isKeyed(topic) ? key(random) : bytes(random, 20);
    byte[] value = bytes(random, random.nextInt(60) == 0 ? 20_000 : 200);
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, 0, timestamp, key, value);
    for (int left = random.nextInt(3) == 0 ? random.nextInt(5) : 0; left > 0; left--) {
      record.headers().add("name-" + random.nextInt(3), bytes(random, 30));
    }
    return record;
  }

  // Some keys come often, some once; many of the rare ones end with a tombstone.
  private static byte[] key(Random random) {
    int key = random.nextInt(3) == 0 ? random.nextInt(KEYS * 20) : random.nextInt(KEYS);
    return ("key " + key).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Random random, int longest) {
    if (random.nextInt(9) == 0) {
      return null;
    }
    byte[] bytes = new byte[random.nextInt(9) == 0 ? 0 : random.nextInt(longest) + 1];
    random.nextBytes(bytes);
    // Half of it repeats, so that codecs have something to do.
    Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 'x');
    return bytes;
  }
}
