package dev.postern.server.store;

import java.nio.file.Path;

/**
 * A program that appends records until it is killed, and prints the number of each that it was told
 * is durable.
 */
public final class AuditAppender {
  private static final int THREADS = 8;

  private AuditAppender() {}

  /** The argument is a directory. */
  public static void main(String[] arguments) throws Exception {
    Store store = new TestStore(Path.of(arguments[0])).open();
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      Thread.ofPlatform().start(() -> append(store, thread));
    }
  }

  private static void append(Store store, int thread) {
    for (int i = 0; ; i++) {
      String content = thread + "-" + i;
      long sequence = store.audit().append("{\"content\":\"" + content + "\"}");
      // One call per line, so that a line is whole or absent.
      System.out.println(sequence + " " + content);
    }
  }
}
