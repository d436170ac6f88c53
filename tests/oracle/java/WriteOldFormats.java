import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Writes a segment of each record format before 2, plain and compressed, into folders of their own. */
public final class WriteOldFormats {
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: WriteOldFormats FOLDER");
      System.exit(2);
    }
    write(new File(args[0], "format-0-0"), RecordBatch.MAGIC_VALUE_V0);
    write(new File(args[0], "format-1-0"), RecordBatch.MAGIC_VALUE_V1);
  }

  private static void write(File folder, byte magic) throws IOException {
    if (!folder.mkdirs()) {
      throw new IOException("could not make " + folder);
    }
    TimestampType type = magic == RecordBatch.MAGIC_VALUE_V0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME;
    try (FileRecords log = FileRecords.open(new File(folder, "00000000000000000000.log"), true)) {
      log.append(records(magic, type, Compression.NONE, 0));
      log.append(records(magic, type, Compression.gzip().build(), 3));
    }
  }

  private static MemoryRecords records(byte magic, TimestampType type, Compression codec, long base) {
    try (MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1024), magic, codec, type, base)) {
      for (int i = 0; i < 3; i++) {
        long timestamp = magic == RecordBatch.MAGIC_VALUE_V0 ? RecordBatch.NO_TIMESTAMP : 1_000_000_000_000L + i;
        builder.append(timestamp, ("k" + i).getBytes(), ("old value " + i).getBytes());
      }
      return builder.build();
    }
  }
}
