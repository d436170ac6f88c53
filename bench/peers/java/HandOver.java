import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;

/** The measurement of hand_over.h, for peers that need a JVM. */
final class HandOver {
  static final int RECORD_BYTES = 100;
  static final long PACE_NS = 10_000;
  /** Runs before the one that counts, so that the compiler has done its work. */
  private static final int WARM_UPS = 3;

  interface Reader {
    /** Gives each record that is there to the taker, without waiting. */
    void take(Taker taker);
  }

  /** Each method is called in one thread. */
  interface Queue extends AutoCloseable {
    /** Writes a record of RECORD_BYTES: its number, when it was due, and a filler. */
    void put(long number, long dueNs);

    Reader newReader();
  }

  interface Opener {
    Queue open() throws Exception;
  }

  /** Reads until the last record came; each must be the next. */
  static final class Taker {
    private final long[] latencies;
    long next = 0;

    Taker(long[] latencies) {
      this.latencies = latencies;
    }

    void record(long number, long dueNs) {
      if (number != next) throw new IllegalStateException("record " + number + " instead of " + next);
      if (latencies != null) latencies[(int) next] = System.nanoTime() - dueNs;
      ++next;
    }
  }

  private static Thread startReader(Queue queue, long count, long[] latencies,
      AtomicReference<Throwable> failure) {
    final Thread thread = new Thread(() -> {
      try {
        final Taker taker = new Taker(latencies);
        final Reader reader = queue.newReader();
        while (taker.next < count) reader.take(taker);
      } catch (Throwable thrown) {
        failure.set(thrown);
      }
    }, "reader");
    thread.start();
    return thread;
  }

  private static void join(Thread reader, AtomicReference<Throwable> failure) throws Exception {
    reader.join();
    if (failure.get() != null) throw new Exception(failure.get());
  }

  static double recordsPerSecond(Queue queue, long count) throws Exception {
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final Thread reader = startReader(queue, count, null, failure);
    final long begin = System.nanoTime();
    for (long number = 0; number < count; ++number) queue.put(number, 0);
    join(reader, failure);
    return count * 1e9 / (System.nanoTime() - begin);
  }

  static long[] latencies(Queue queue, int count) throws Exception {
    final long[] latencies = new long[count];
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final Thread reader = startReader(queue, count, latencies, failure);
    long due = System.nanoTime() + 10_000_000;
    for (int number = 0; number < count; ++number, due += PACE_NS) {
      while (System.nanoTime() < due) {
        Thread.onSpinWait();
      }
      queue.put(number, due);
    }
    join(reader, failure);
    final long[] warm = Arrays.copyOfRange(latencies, count / 10, count);
    Arrays.sort(warm);
    return warm;
  }

  /** Runs both measurements until they are warm, then once more, and prints a line of JSON. */
  static void measure(String peer, String version, String settings, Opener opener, long records,
      int paced) throws Exception {
    double rate = 0;
    long[] sorted = {};
    for (int run = 0; run <= WARM_UPS; ++run) {
      try (Queue queue = opener.open()) {
        rate = recordsPerSecond(queue, records);
      }
    }
    for (int run = 0; run < 2; ++run) {
      try (Queue queue = opener.open()) {
        sorted = latencies(queue, paced);
      }
    }
    System.out.printf(Locale.ROOT,
        "{\"peer\": \"%s\", \"version\": \"%s\", \"settings\": \"%s\", "
            + "\"records_per_second\": %.0f, \"p50_ns\": %d, \"p99_ns\": %d, \"p999_ns\": %d, "
            + "\"max_ns\": %d}%n",
        peer, version, settings, rate, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.999),
        sorted[sorted.length - 1]);
  }

  private static long at(long[] sorted, double part) {
    return sorted[(int) (part * (sorted.length - 1))];
  }
}
