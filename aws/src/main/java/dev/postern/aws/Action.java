package dev.postern.aws;

/**
 * What a policy allows or denies, as {@code ssm:StartSession}: the service's action prefix and the
 * operation. No wildcards here; those are patterns of a policy.
 */
public record Action(String service, String operation) {
  public Action {
    if (!isWord(service) || !isWord(operation)) {
      throw new IllegalArgumentException("no action: " + service + ":" + operation);
    }
  }

  /**
   * Reads {@code service:Operation}.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static Action parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("an action has the form service:Operation");
    }
    return new Action(text.substring(0, colon), text.substring(colon + 1));
  }

  private static boolean isWord(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-');
  }

  @Override
  public String toString() {
    return service + ":" + operation;
  }
}
