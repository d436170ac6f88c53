import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.rollcycles.LargeRollCycles;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Chronicle Queue, in the way of its own throughput program (ThroughputPerfMain in its repository):
 * raw bytes through writingDocument and readingDocument ("Appending", "Low-level API"). The page
 * "Roll Cycle" gives LARGE_HOURLY as large enough for this many messages; the page "Block Size" says
 * to leave the block size alone unless messages are large.
 */
public final class ChroniclePeer implements HandOver.Queue {
  private final Path folder;
  private final ChronicleQueue queue;
  private final ExcerptAppender appender;
  private final Bytes<?> record = Bytes.allocateDirect(HandOver.RECORD_BYTES);

  private ChroniclePeer(String parent) throws Exception {
    folder = Files.createTempDirectory(Path.of(parent), "chronicle");
    queue = ChronicleQueue.singleBuilder(folder.toFile())
        .rollCycle(LargeRollCycles.LARGE_HOURLY)
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
    HandOver.measure("Chronicle Queue", arguments[3], "raw bytes, LARGE_HOURLY, never synced",
        () -> new ChroniclePeer(arguments[0]), Long.parseLong(arguments[1]),
        Integer.parseInt(arguments[2]));
    System.exit(0);  // its threads in the background may go on for a while
  }
}
