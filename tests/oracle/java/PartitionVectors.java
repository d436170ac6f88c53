import java.util.HexFormat;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

/** Prints, for random keys and partition counts, what the Java client hashes and picks. */
public final class PartitionVectors {
  public static void main(String[] args) {
    if (args.length != 2) {
      System.err.println("usage: PartitionVectors SEED COUNT");
      System.exit(2);
    }
    Random random = new Random(Long.parseLong(args[0]));
    int count = Integer.parseInt(args[1]);
    System.out.println("# key in hex, partitions, murmur2 as a signed 32-bit number, partition; seed " + args[0]);
    for (int i = 0; i < count; i++) {
      // Short keys in turn, so that every remainder of the hash's 4-byte steps is there.
      byte[] key = new byte[i < 40 ? i : random.nextInt(i % 10 == 0 ? 300 : 24)];
      random.nextBytes(key);
      int partitions = 1 + random.nextInt(i % 3 == 0 ? 10_000 : 60);
      System.out.println((key.length == 0 ? "-" : HexFormat.of().formatHex(key)) + " " + partitions + " "
          + Utils.murmur2(key) + " " + BuiltInPartitioner.partitionForKey(key, partitions));
    }
  }
}
