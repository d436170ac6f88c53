import org.apache.kafka.common.protocol.Errors;

/** Prints the numbers and names of Kafka's error codes. */
public final class ErrorNames {
  public static void main(String[] args) {
    for (Errors error : Errors.values()) {
      System.out.println(error.code() + " " + error.name());
    }
  }

  private ErrorNames() {}
}
