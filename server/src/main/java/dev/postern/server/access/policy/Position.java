package dev.postern.server.access.policy;

/** A place in the text of a policy; both numbers begin at 1, as in SimulatePrincipalPolicy. */
public record Position(int line, int column) {
  static final Position BEGINNING = new Position(1, 1);

  @Override
  public String toString() {
    return "line " + line + ", column " + column;
  }
}
