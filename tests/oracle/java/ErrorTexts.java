import org.apache.kafka.common.protocol.Errors;

/** Prints what Kafka's client says of each error, and the exception that it throws. */
public final class ErrorTexts {
  public static void main(String[] args) {
    for (Errors error : Errors.values()) {
      if (error == Errors.NONE) continue;
      String exception = error.exception().getClass().getSimpleName();
      System.out.println(error.name() + " " + exception + " " + error.message());
    }
  }

  private ErrorTexts() {}
}
