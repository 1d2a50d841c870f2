package dev.postern.server.access.policy;

/** How many of a request's values an operator has to hold for (spec/aws-api.md 4.4). */
enum SetQualifier {
  NONE(""),
  FOR_ALL("forallvalues:"),
  FOR_ANY("foranyvalue:");

  private final String prefix;

  SetQualifier(String prefix) {
    this.prefix = prefix;
  }

  /** Lower-cased, as it stands before the operator. */
  String prefix() {
    return prefix;
  }
}
