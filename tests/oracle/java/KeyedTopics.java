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
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes compacted topics in a broker, or appends records of few keys to them.
 *
 *   make    one partition; small segments; tombstones are kept for no time once they were compacted
 *   append  with the codec that the name of the topic has in it; in transactions, of which some are aborted, where the
 *           name ends -transactions
 */
public final class KeyedTopics {
  private static final List<String> CODECS = List.of("gzip", "snappy", "lz4", "zstd");
  private static final int KEYS = 40;

  public static void main(String[] args) throws Exception {
    if (args.length >= 3 && args[0].equals("make")) {
      make(args[1], Arrays.asList(args).subList(2, args.length));
    } else if (args.length >= 5 && args[0].equals("append")) {
      Random random = new Random(Long.parseLong(args[2]));
      for (String topic : Arrays.asList(args).subList(4, args.length)) {
        append(args[1], topic, random, Integer.parseInt(args[3]));
      }
    } else {
      System.err.println("usage: KeyedTopics make BOOTSTRAP TOPIC ...");
      System.err.println("       KeyedTopics append BOOTSTRAP SEED COUNT TOPIC ...");
      System.exit(2);
    }
  }

  private static void make(String bootstrap, List<String> names) throws Exception {
    List<NewTopic> topics = new ArrayList<>();
    for (String name : names) {
      topics.add(new NewTopic(name, Optional.of(1), Optional.of((short) 1)).configs(Map.of(
          "cleanup.policy", "compact",
          "min.cleanable.dirty.ratio", "0",
          "delete.retention.ms", "0",
          "index.interval.bytes", "300",
          "segment.index.bytes", "400")));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(topics).all().get();
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
          send(producer, new ProducerRecord<>(
              topic, 0, timestamp += random.nextInt(100), key(random), value(random)), inTransactions);
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
        System.err.println("KeyedTopics: " + record.topic() + ": " + failure);
        Runtime.getRuntime().halt(1);
      }
    });
  }

  // Some keys come often, some once; many of the rare ones end with a tombstone.
  private static byte[] key(Random random) {
    int key = random.nextInt(3) == 0 ? random.nextInt(KEYS * 20) : random.nextInt(KEYS);
    return ("key " + key).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] value(Random random) {
    if (random.nextInt(5) == 0) {
      return null;
    }
    byte[] value = new byte[random.nextInt(60) == 0 ? 20_000 : random.nextInt(200)];
    Arrays.fill(value, (byte) ('a' + random.nextInt(26)));
    return value;
  }
}
