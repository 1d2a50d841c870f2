package dev.postern.agent.shell;

/** Which of a program's output streams bytes came from. A terminal has only the first. */
public enum OutputStreamKind {
  OUTPUT,
  ERROR
}
