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
 * Makes topics in a broker, or appends random records to them.
 *
 *   make    one partition, records kept, index sizes as write_segments has them; stamped by the log where the name
 *           ends -append-time
 *   append  with the codec that the name of the topic has in it
 */
public final class BrokerTopics {
  private static final List<String> CODECS = List.of("gzip", "snappy", "lz4", "zstd");

  public static void main(String[] args) throws Exception {
    if (args.length >= 3 && args[0].equals("make")) {
      make(args[1], Arrays.asList(args).subList(2, args.length));
    } else if (args.length >= 5 && args[0].equals("append")) {
      Random random = new Random(Long.parseLong(args[2]));
      for (String topic : Arrays.asList(args).subList(4, args.length)) {
        append(args[1], topic, random, Integer.parseInt(args[3]));
      }
    } else {
      System.err.println("usage: BrokerTopics make BOOTSTRAP TOPIC ...");
      System.err.println("       BrokerTopics append BOOTSTRAP SEED COUNT TOPIC ...");
      System.exit(2);
    }
  }

  private static void make(String bootstrap, List<String> names) throws Exception {
    List<NewTopic> topics = new ArrayList<>();
    for (String name : names) {
      topics.add(new NewTopic(name, Optional.of(1), Optional.of((short) 1)).configs(Map.of(
          "retention.ms", "-1",
          "index.interval.bytes", "300",
          "segment.index.bytes", "400",
          "message.timestamp.type", name.endsWith("-append-time") ? "LogAppendTime" : "CreateTime")));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(topics).all().get();
    }
  }

  private static void append(String bootstrap, String topic, Random random, int count) throws Exception {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrap);
    config.put("linger.ms", 50);
    config.put("enable.idempotence", random.nextBoolean());
    config.put("compression.type", CODECS.stream().filter(topic::contains).findFirst().orElse("none"));
    long timestamp = 1_000_100_000_000L;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
            topic, 0, timestamp += random.nextInt(100), bytes(random, 20), bytes(random, random.nextInt(60) == 0 ? 20_000 : 200));
        for (int left = random.nextInt(3) == 0 ? random.nextInt(5) : 0; left > 0; left--) {
          record.headers().add("name-" + random.nextInt(3), bytes(random, 30));
        }
        producer.send(record, (at, failure) -> {
          if (failure != null) {
            System.err.println("BrokerTopics: " + topic + ": " + failure);
            Runtime.getRuntime().halt(1);
          }
        });
        if (random.nextInt(10) == 0) {
          producer.flush();
        }
      }
    }
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
