import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.storage.internals.log.TransactionIndex;

/** Prints the segments of a partition's folder as Kafka's own classes read them, one line a thing. */
public final class DescribeLog {
  public static void main(String[] args) throws IOException {
    boolean recordsOnly = args.length == 2 && args[0].equals("--records");
    if (args.length != 1 && !recordsOnly) {
      System.err.println("usage: DescribeLog [--records] PARTITION_FOLDER");
      System.exit(2);
    }
    File[] files = new File(args[args.length - 1]).listFiles();
    if (files == null) {
      System.err.println("DescribeLog: no folder " + args[args.length - 1]);
      System.exit(1);
    }
    Arrays.sort(files);
    for (File file : files) {
      if (file.getName().endsWith(".log")) {
        log(file, recordsOnly);
      } else if (file.getName().endsWith(".txnindex") && !recordsOnly) {
        aborted(file);
      }
    }
  }

  private static void log(File file, boolean recordsOnly) throws IOException {
    if (!recordsOnly) {
      System.out.println("log " + file.getName());
    }
    try (FileRecords log = FileRecords.open(file, false)) {
      for (FileChannelRecordBatch batch : log.batches()) {
        batch.ensureValid();
        if (!recordsOnly) {
          System.out.println(batch(batch));
        }
        for (Record record : batch) {
          if (!recordsOnly || !batch.isControlBatch()) {
            System.out.println(record(batch, record));
          }
        }
      }
    }
  }

  private static String batch(FileChannelRecordBatch batch) {
    return "batch base_offset=" + batch.baseOffset()
        + " last_offset=" + batch.lastOffset()
        + " count=" + batch.countOrNull()
        + " position=" + batch.position()
        + " size=" + batch.sizeInBytes()
        + " codec=" + batch.compressionType().name
        + " type=" + batch.timestampType().name
        + " max_timestamp=" + batch.maxTimestamp()
        + " producer_id=" + batch.producerId()
        + " producer_epoch=" + batch.producerEpoch()
        + " base_sequence=" + batch.baseSequence()
        + " leader_epoch=" + batch.partitionLeaderEpoch()
        + " transactional=" + batch.isTransactional()
        + " control=" + batch.isControlBatch()
        + " delete_horizon=" + (batch.deleteHorizonMs().isPresent() ? batch.deleteHorizonMs().getAsLong() : "none")
        + " crc=" + batch.checksum();
  }

  private static String record(FileChannelRecordBatch batch, Record record) {
    String line = RecordLines.record(record.offset(), batch.timestampType(), record.timestamp(),
        RecordLines.array(record.key()), RecordLines.array(record.value()), Arrays.asList(record.headers()));
    if (!batch.isControlBatch()) {
      return line;
    }
    ControlRecordType type = ControlRecordType.parse(record.key());
    line += " control=" + type;
    if (type == ControlRecordType.ABORT || type == ControlRecordType.COMMIT) {
      line += " coordinator_epoch=" + EndTransactionMarker.deserialize(record).coordinatorEpoch();
    }
    return line;
  }

  private static void aborted(File file) throws IOException {
    String name = file.getName();
    long base = Long.parseLong(name.substring(0, name.indexOf('.')));
    try (TransactionIndex index = new TransactionIndex(base, file)) {
      for (AbortedTxn txn : index.allAbortedTxns()) {
        System.out.println("aborted producer_id=" + txn.producerId() + " first_offset=" + txn.firstOffset()
            + " last_offset=" + txn.lastOffset() + " last_stable_offset=" + txn.lastStableOffset());
      }
    }
  }
}
