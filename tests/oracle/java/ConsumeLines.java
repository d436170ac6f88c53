import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Writes every record of each topic's partition 0, as a Java client gets it from a broker, into a file with the topic's
 * name, one line each.
 */
public final class ConsumeLines {
  public static void main(String[] args) throws IOException {
    if (args.length < 3) {
      System.err.println("usage: ConsumeLines BOOTSTRAP FOLDER TOPIC ...");
      System.exit(2);
    }
    Map<String, Object> config = Map.of(
        "bootstrap.servers", args[0], "auto.offset.reset", "none", "check.crcs", "true", "enable.auto.commit", "false");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      for (String topic : Arrays.asList(args).subList(2, args.length)) {
        try (PrintStream out = new PrintStream(Path.of(args[1], topic).toFile())) {
          consume(consumer, new TopicPartition(topic, 0), out);
        }
      }
    }
  }

  private static void consume(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, PrintStream out) {
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofSeconds(1))) {
        out.println(
            RecordLines.record(r.offset(), r.timestampType(), r.timestamp(), r.key(), r.value(), r.headers()));
      }
      if (System.nanoTime() > deadline) {
        System.err.println("ConsumeLines: " + partition + " at " + consumer.position(partition) + " of " + end + " after 60 s");
        System.exit(1);
      }
    }
    if (out.checkError()) {
      System.err.println("ConsumeLines: " + partition + " could not be written");
      System.exit(1);
    }
  }
}
