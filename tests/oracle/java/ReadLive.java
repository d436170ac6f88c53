import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.internals.Exit;
import org.apache.kafka.tools.DumpLogSegments;

/**
 * Reads, again and again, the newest segment of a partition that write_live is writing: with
 * DumpLogSegments itself, each line of it checked, and then by following the end with Kafka's
 * FileRecords. Fails on a record that is not as write_live makes it, a gap, or any complaint.
 */
public final class ReadLive {
  private static final int PERIOD = 2600;
  private static final int MOST_AT_ONCE = 1_000_000;
  private static final long FIRST_TIME = 1_000_000_000_000L;
  private static final String[] TEXT = new String[PERIOD];

  static {
    for (int n = 0; n < PERIOD; n++) {
      String key = "key-" + n;
      String value = String.valueOf((char) ('a' + n % 26)).repeat(n % 100);
      TEXT[n] = " CreateTime: " + (FIRST_TIME + n) + " keySize: " + key.length() + " valueSize: " + value.length()
          + " sequence: -1 headerKeys: [] key: " + key + " payload: " + value;
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length != 4) {
      System.err.println("usage: ReadLive PARTITION_FOLDER TOOL_PASSES LARGEST FOLLOW_SECONDS");
      System.err.println("LARGEST: bytes up to which a pass begins, so that it ends before the segment does");
      System.exit(2);
    }
    File folder = new File(args[0]);
    int passes = Integer.parseInt(args[1]);
    PrintStream out = System.out;
    dump(folder, passes, Long.parseLong(args[2]), out);
    follow(folder, Integer.parseInt(args[3]), out);
  }

  private static void dump(File folder, int passes, long largest, PrintStream out) throws Exception {
    long records = 0;
    long last = -1;
    int metEnd = 0;
    int idle = 0;
    long deadline = System.nanoTime() + 240_000_000_000L;
    for (int pass = 0; pass < passes;) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("only " + pass + " passes in 240 s");
      }
      File newest = newest(folder);
      if (newest.length() > largest) {
        Thread.sleep(1);
        continue;
      }
      Checker checker = new Checker(newest);
      runTool(newest, checker, out);
      long end = checker.nextOffset - 1;
      if (end < last) {
        throw new IllegalStateException("after offset " + last + " the log ends at " + end);
      }
      if (end == last) {
        idle++;
        continue;
      }
      last = end;
      records += checker.records;
      metEnd += checker.metEnd ? 1 : 0;
      pass++;
    }
    out.println("DumpLogSegments, " + passes + " passes in one JVM over a log that grew from each to the next: "
        + records + " records right, the last offset " + last + "; " + metEnd + " met its moving end. Not counted: "
        + idle + " that saw nothing new");
    if (metEnd == 0) {
      throw new IllegalStateException("no pass met the end of the log");
    }
  }

  private static void runTool(File log, Checker checker, PrintStream out) throws Exception {
    PrintStream err = System.err;
    System.setOut(new PrintStream(checker, false, StandardCharsets.UTF_8));
    System.setErr(System.out);
    Exit.setExitProcedure((status, message) -> {
      throw new IllegalStateException("the tool ended with status " + status + ": " + message);
    });
    try {
      DumpLogSegments.main(new String[] {"--deep-iteration", "--print-data-log", "--files", log.getPath()});
    } finally {
      System.out.flush();
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** Newest segment at this moment: the one with the highest base offset. */
  private static File newest(File folder) {
    File[] logs = folder.listFiles((in, name) -> name.endsWith(".log"));
    if (logs == null || logs.length == 0) {
      throw new IllegalStateException("no segment in " + folder);
    }
    return Arrays.stream(logs).max(Comparator.comparing(File::getName)).get();
  }

  private static long baseOffset(File log) {
    return Long.parseLong(log.getName().substring(0, 20));
  }

  /** Takes what the tool prints, line by line, and throws at the first that is not right. */
  private static final class Checker extends OutputStream {
    private final File log;
    private byte[] line = new byte[1024];
    private int size;
    long nextOffset;
    long nextBatch;
    long records;
    boolean metEnd;

    Checker(File log) {
      this.log = log;
      this.nextOffset = baseOffset(log);
      this.nextBatch = nextOffset;
    }

    @Override
    public void write(int b) {
      if (b == '\n') {
        check(new String(line, 0, size, StandardCharsets.UTF_8));
        size = 0;
        return;
      }
      if (size == line.length) {
        line = Arrays.copyOf(line, size * 2);
      }
      line[size++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      for (int i = from; i < from + count; i++) {
        write(bytes[i]);
      }
    }

    private void check(String text) {
      boolean right;
      if (text.startsWith("| ")) {
        right = text.equals("| offset: " + nextOffset + TEXT[(int) (nextOffset % PERIOD)]);
        nextOffset++;
        records++;
      } else if (text.startsWith("baseOffset: ")) {
        int end = text.indexOf(' ', 12);
        right = nextOffset == nextBatch && text.substring(12, end).equals(Long.toString(nextBatch))
            && text.endsWith(" isvalid: true");
        int at = text.indexOf("lastOffset: ") + 12;
        nextBatch = Long.parseLong(text.substring(at, text.indexOf(' ', at))) + 1;
      } else if (text.startsWith("Found ") && text.endsWith(" invalid bytes at the end of " + log.getName())) {
        metEnd = true;
        right = true;
      } else if (text.startsWith("Non-consecutive offsets in ") || text.startsWith("  -1 is followed by ")) {
        // The tool says so of every segment that does not begin at offset 0.
        right = baseOffset(log) > 0
            && (text.endsWith(log.getName()) || text.equals("  -1 is followed by " + baseOffset(log)));
      } else {
        right = text.equals("Dumping " + log.getPath()) || text.equals("Log starting offset: " + baseOffset(log));
      }
      if (!right) {
        throw new IllegalStateException(log.getName() + " at offset " + nextOffset + ": " + text);
      }
    }
  }

  /** Opens the file anew each time and goes on where the time before ended, as close as it gets to the writer. */
  private static void follow(File folder, int seconds, PrintStream out) throws IOException {
    long deadline = System.nanoTime() + seconds * 1_000_000_000L;
    File log = newest(folder);
    long offset = baseOffset(log);
    int position = 0;
    long opens = 0;
    long records = 0;
    int segments = 1;
    while (System.nanoTime() < deadline) {
      File newest = newest(folder);
      if (!newest.equals(log)) {
        log = newest;
        offset = baseOffset(log);
        position = 0;
        segments++;
      }
      opens++;
      int begin = position;
      try (FileRecords whole = FileRecords.open(log, false)) {
        for (FileChannelRecordBatch batch :
            whole.slice(position, Math.max(0, whole.sizeInBytes() - position)).batches()) {
          batch.ensureValid();
          if (batch.baseOffset() != offset) {
            throw new IllegalStateException(log + " at " + position + ": offset " + batch.baseOffset()
                + " where " + offset + " follows");
          }
          for (Record record : batch) {
            check(record, offset++);
            records++;
          }
          position += batch.sizeInBytes();
          if (position - begin > MOST_AT_ONCE) {
            break;
          }
        }
      }
    }
    out.println("FileRecords, " + seconds + " s: " + records + " records right in " + opens + " passes over "
        + segments + " segments");
    if (records == 0 || opens < 20) {
      throw new IllegalStateException("too little was read");
    }
  }

  private static void check(Record record, long offset) {
    int n = (int) (offset % PERIOD);
    boolean right = record.offset() == offset && record.timestamp() == FIRST_TIME + n
        && text(record.key()).equals("key-" + n) && record.headers().length == 0;
    ByteBuffer value = record.value();
    right &= value.remaining() == n % 100;
    while (right && value.hasRemaining()) {
      right = value.get() == 'a' + n % 26;
    }
    if (!right) {
      throw new IllegalStateException("offset " + offset + ": " + record);
    }
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }
}
