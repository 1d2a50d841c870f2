package dev.postern.aws.credentials;

import java.io.IOException;
import java.util.List;

/** Runs a program for {@code credential_process}. Implemented by the program that uses us. */
@FunctionalInterface
public interface ProcessRunner {
  /**
   * Runs a program to its end with the user's environment, its standard error going to ours.
   *
   * @return what it wrote to standard output
   * @throws IOException when it cannot be started, fails or takes too long
   */
  byte[] run(List<String> command) throws IOException;
}
