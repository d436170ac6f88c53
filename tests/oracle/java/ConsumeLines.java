import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Prints every record of a partition as a Java client gets it from a broker, one line each. */
public final class ConsumeLines {
  public static void main(String[] args) {
    if (args.length != 3) {
      System.err.println("usage: ConsumeLines BOOTSTRAP TOPIC PARTITION");
      System.exit(2);
    }
    TopicPartition partition = new TopicPartition(args[1], Integer.parseInt(args[2]));
    Map<String, Object> config = Map.of(
        "bootstrap.servers", args[0], "auto.offset.reset", "none", "check.crcs", "true", "enable.auto.commit", "false");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofSeconds(1))) {
          System.out.println(
              RecordLines.record(r.offset(), r.timestampType(), r.timestamp(), r.key(), r.value(), r.headers()));
        }
        if (System.nanoTime() > deadline) {
          System.err.println("ConsumeLines: at " + consumer.position(partition) + " of " + end + " after 60 s");
          System.exit(1);
        }
      }
    }
  }
}
