import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.internals.Crc32C;
import org.apache.kafka.common.utils.Utils;

/** The text in which all programs here show a record, so that two of them compare with diff. */
final class RecordLines {
  /** Longer keys and values are shown as their length and CRC-32C. */
  static final int LONGEST_AS_HEX = 200;

  private RecordLines() {}

  static String record(
      long offset, TimestampType type, long timestamp, byte[] key, byte[] value, Iterable<Header> headers) {
    StringBuilder line = new StringBuilder();
    line.append("record offset=").append(offset);
    line.append(" timestamp=").append(timestamp).append(" type=").append(type.name);
    line.append(" key=").append(bytes(key)).append(" value=").append(bytes(value));
    for (Header header : headers) {
      line.append(" header=").append(bytes(header.key().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      line.append(':').append(bytes(header.value()));
    }
    return line.toString();
  }

  static String bytes(byte[] bytes) {
    if (bytes == null) {
      return "null";
    }
    if (bytes.length <= LONGEST_AS_HEX) {
      return HexFormat.of().formatHex(bytes);
    }
    return String.format("long/%d/%08x", bytes.length, Crc32C.compute(bytes, 0, bytes.length));
  }

  static byte[] array(ByteBuffer buffer) {
    return Utils.toNullableArray(buffer);
  }
}
