package dev.postern.aws;

import java.util.Map;

/**
 * A refusal as the API shows it: AWS's error code, the HTTP status and a message for people. It is
 * an answer and no defect, so it carries no stack trace. Immutable.
 */
public final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int CODE_CHARACTERS_MAX = 128;

  private final String code;
  private final int httpStatus;
  private final String text;

  @SuppressWarnings("serial") // never serialised
  private final Map<String, String> details;

  public Fault(String code, int httpStatus, String message) {
    this(code, httpStatus, message, Map.of());
  }

  /**
   * @param code letters, digits and dots, for it becomes a header
   * @param httpStatus 300 to 599
   * @param details further elements that S3 puts beside code and message; other protocols leave
   *     them out
   */
  public Fault(String code, int httpStatus, String message, Map<String, String> details) {
    super(code + ": " + message, null, false, false);
    if (!isCode(code)) {
      throw new IllegalArgumentException("an error code has letters, digits and dots only");
    }
    if (httpStatus < 300 || httpStatus > 599) {
      throw new IllegalArgumentException("no error status: " + httpStatus);
    }
    this.code = code;
    this.httpStatus = httpStatus;
    this.text = message;
    this.details = Map.copyOf(details);
  }

  /** Whether a text can be an error code. */
  public static boolean isCode(String text) {
    return !text.isEmpty()
        && text.length() <= CODE_CHARACTERS_MAX
        && text.chars().allMatch(Fault::isCodeCharacter);
  }

  private static boolean isCodeCharacter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
  }

  public String code() {
    return code;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /** The message alone; {@link #getMessage} has the code before it. */
  public String message() {
    return text;
  }

  public Map<String, String> details() {
    return details;
  }
}
