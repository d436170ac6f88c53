import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The records of every topic (tests/clients/run.py has the rule). */
class Records {
  static final int PARTITIONS = 3;
  static final long FIRST_TIMESTAMP = 1700000000000L;
  private static final byte[] ALL_BYTES = new byte[512];

  static {
    for (int i = 0; i < ALL_BYTES.length; ++i) ALL_BYTES[i] = (byte) i;
  }

  static byte[] key(long i) {
    return ("k" + i).getBytes();
  }

  static byte[] value(long i) {
    return Arrays.copyOfRange(ALL_BYTES, (int) (i % 256), (int) (i % 256 + i % 200));
  }

  static byte[] header(long i) {
    return Long.toString(i).getBytes();
  }

  static ProducerRecord<byte[], byte[]> record(String topic, long i) {
    var record = new ProducerRecord<>(
        topic, (int) (i % PARTITIONS), FIRST_TIMESTAMP + i, key(i), value(i));
    record.headers().add("h", header(i));
    return record;
  }

  static void check(ConsumerRecord<byte[], byte[]> got, long offset) {
    long i = offset * PARTITIONS + got.partition();
    var headers = got.headers().toArray();
    if (got.offset() != offset
        || got.timestamp() != FIRST_TIMESTAMP + i
        || !Arrays.equals(got.key(), key(i))
        || !Arrays.equals(got.value(), value(i))
        || headers.length != 1
        || !headers[0].key().equals("h")
        || !Arrays.equals(headers[0].value(), header(i))) {
      throw new IllegalStateException("at offset " + offset + " there is " + got);
    }
  }
}
