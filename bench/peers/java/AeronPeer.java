import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;

/**
 * Aeron over IPC, as its own program for that (samples/EmbeddedExclusiveBufferClaimIpcThroughput):
 * an embedded driver in SHARED mode, an exclusive publication, tryClaim, back pressure answered by
 * spinning (SampleConfiguration: BusySpinIdleStrategy). What run.sh sets comes from the script of
 * that sample and from the one for latency, embedded-ping-pong: no bounds checks, term buffers
 * neither sparse nor untouched, on a RAM disk (wiki, "Best Practices Guide").
 */
public final class AeronPeer implements HandOver.Queue {
  private static final int STREAM = 1001;
  private static final int FRAGMENT_LIMIT = 256;

  private final MediaDriver driver;
  private final Aeron aeron;
  private final Subscription subscription;
  private final ExclusivePublication publication;
  private final BufferClaim claim = new BufferClaim();

  private AeronPeer() {
    driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
        .threadingMode(ThreadingMode.SHARED)
        .dirDeleteOnShutdown(true));
    aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
    subscription = aeron.addSubscription(CommonContext.IPC_CHANNEL, STREAM);
    publication = aeron.addExclusivePublication(CommonContext.IPC_CHANNEL, STREAM);
    while (!publication.isConnected()) Thread.onSpinWait();
  }

  @Override
  public void put(long number, long dueNs) {
    while (publication.tryClaim(HandOver.RECORD_BYTES, claim) <= 0) Thread.onSpinWait();
    final int at = claim.offset();
    claim.buffer().putLong(at, number);
    claim.buffer().putLong(at + 8, dueNs);
    claim.buffer().setMemory(at + 16, HandOver.RECORD_BYTES - 16, (byte) 'v');
    claim.commit();
  }

  @Override
  public HandOver.Reader newReader() {
    final HandOver.Taker[] current = new HandOver.Taker[1];
    final FragmentHandler handler = (buffer, offset, length, header) ->
        current[0].record(buffer.getLong(offset), buffer.getLong(offset + 8));
    return taker -> {
      current[0] = taker;
      subscription.poll(handler, FRAGMENT_LIMIT);
    };
  }

  @Override
  public void close() {
    publication.close();
    subscription.close();
    aeron.close();
    driver.close();
  }

  public static void main(String[] arguments) throws Exception {
    HandOver.measure("Aeron IPC", arguments[3],
        "exclusive publication, tryClaim, driver SHARED; keeps nothing", AeronPeer::new,
        Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]));
  }
}
