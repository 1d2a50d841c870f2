package dev.postern.client.terminal;

import java.io.IOException;
import java.util.EnumSet;

/** A program for the tests: says what a terminal does to it, one word at a time. */
public final class TerminalProbe {
  private TerminalProbe() {}

  public static void main(String[] arguments) throws IOException {
    Terminal terminal = Terminal.ofProcess();
    Signals signals =
        Signals.listen(
            EnumSet.allOf(Signals.Kind.class),
            kind -> {
              say("signal " + kind);
              try {
                switch (kind) {
                  case CONT -> {
                    terminal.resumed();
                    say("resumed");
                  }
                  case WINCH ->
                      say("size " + terminal.size().cols() + "x" + terminal.size().rows());
                  case TERM, HUP -> System.exit(kind.exitCode());
                  default -> {}
                }
              } catch (IOException cause) {
                throw new IllegalStateException(cause);
              }
            });
    terminal.enterRaw();
    say("raw " + terminal.isRaw() + " " + terminal.hasInput() + " " + terminal.hasOutput());
    for (int key = System.in.read(); key != 'q'; key = System.in.read()) {
      if (key == 'x') {
        throw new IllegalStateException("planned");
      }
      say("key " + Integer.toHexString(key));
    }
    signals.close();
    terminal.restore();
    say("restored");
  }

  private static void say(String words) {
    System.out.print("[" + words + "]");
    System.out.flush();
  }
}
