package dev.postern.server.access.policy;

/** The kinds of policies that take part in a decision (spec/aws-api.md 4.1). */
public enum Layer {
  IDENTITY("identity-based policy"),
  BOUNDARY("permissions boundary"),
  SESSION("session policy"),
  RESOURCE("resource-based policy");

  private final String title;

  Layer(String title) {
    this.title = title;
  }

  /** As AWS's refusals call it. */
  public String title() {
    return title;
  }
}
