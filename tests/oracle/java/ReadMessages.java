import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Reads what "wire_messages random" prints: each message must be one to Kafka, which must write it
 * with the same bytes and print it with the same JSON.
 */
public final class ReadMessages {
  public static void main(String[] args) throws Exception {
    int messages = 0;
    int differ = 0;
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 6);
      ++messages;
      String problem = check(words);
      if (problem == null) {
        continue;
      }
      if (++differ <= 10) {
        String text = problem + ": " + line;
        System.out.println(text.substring(0, Math.min(text.length(), 2000)));
      }
    }
    System.out.println(messages + " messages: " + differ + " differ");
    System.exit(messages > 0 && differ == 0 ? 0 : 1);
  }

  /** What is wrong with a message; null if nothing is. */
  private static String check(String[] words) throws Exception {
    ApiMessageType type = ApiMessageType.fromApiKey(Short.parseShort(words[0]));
    boolean isRequest = words[1].equals("request");
    ApiMessage message = isRequest ? type.newRequest() : type.newResponse();
    short version = Short.parseShort(words[2]);
    short headerVersion = isRequest ? type.requestHeaderVersion(version) : type.responseHeaderVersion(version);
    if (headerVersion != Short.parseShort(words[3])) {
      return "behind a header of version " + headerVersion;
    }
    byte[] bytes = words[4].equals("-") ? new byte[0] : HexFormat.of().parseHex(words[4]);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      message.read(new ByteBufferAccessor(buffer), version);
    } catch (RuntimeException e) {
      return "not read (" + e.getMessage() + ")";
    }
    if (buffer.hasRemaining()) {
      return buffer.remaining() + " bytes left";
    }
    String json = json(message, version);
    if (!json.equals(words[5])) {
      return "printed as " + json;
    }
    if (!ByteBuffer.wrap(bytes).equals(MessageUtil.toByteBufferAccessor(message, version).buffer())) {
      return "written otherwise";
    }
    return null;
  }

  private static String json(ApiMessage message, short version) throws Exception {
    Class<?> type = message.getClass();
    Class<?> converter = Class.forName(type.getName() + "JsonConverter");
    try {
      Method write = converter.getMethod("write", type, short.class, boolean.class);
      return ((JsonNode) write.invoke(null, message, version, false)).toString();
    } catch (InvocationTargetException e) {
      throw new IOException(e.getCause());
    }
  }

  private ReadMessages() {}
}
