import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.rollcycles.SparseRollCycles;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Chronicle Queue, with the settings of its own throughput program (ThroughputPerfMain in its
 * repository): raw bytes through writingDocument and readingDocument (page "Appending", "Low-level
 * API"), a roll cycle with sparse indexes and one sparse block that is mapped once. The page
 * "Pre-Touching" recommends to touch pages from another thread; that is part of its enterprise
 * edition only.
 */
public final class ChroniclePeer implements HandOver.Queue {
  private final Path folder;
  private final ChronicleQueue queue;
  private final ExcerptAppender appender;
  private final Bytes<?> record = Bytes.allocateDirect(HandOver.RECORD_BYTES);

  private ChroniclePeer(String parent) throws Exception {
    folder = Files.createTempDirectory(Path.of(parent), "chronicle");
    queue = ChronicleQueue.singleBuilder(folder.toFile())
        .rollCycle(SparseRollCycles.LARGE_HOURLY_XSPARSE)
        .blockSize(512L << 30)
        .build();
    appender = queue.createAppender();
    while (record.writeRemaining() > 0) record.writeByte((byte) 'v');
  }

  @Override
  public void put(long number, long dueNs) {
    record.writeLong(0, number);
    record.writeLong(8, dueNs);
    try (DocumentContext document = appender.writingDocument()) {
      document.wire().bytes().write(record, 0L, HandOver.RECORD_BYTES);
    }
  }

  @Override
  public HandOver.Reader newReader() {
    final ExcerptTailer tailer = queue.createTailer();
    return taker -> {
      try (DocumentContext document = tailer.readingDocument()) {
        if (!document.isPresent()) return;
        final Bytes<?> bytes = document.wire().bytes();
        final long number = bytes.readLong();
        taker.record(number, bytes.readLong());
      }
    };
  }

  @Override
  public void close() throws Exception {
    appender.close();
    queue.close();
    record.releaseLast();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }

  public static void main(String[] arguments) throws Exception {
    HandOver.measure("Chronicle Queue", arguments[3], "raw bytes, LARGE_HOURLY_XSPARSE, one block, never synced",
        () -> new ChroniclePeer(arguments[0]), Long.parseLong(arguments[1]),
        Integer.parseInt(arguments[2]));
    System.exit(0);  // its threads in the background may go on for a while
  }
}
