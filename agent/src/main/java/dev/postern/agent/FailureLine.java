package dev.postern.agent;

import dev.postern.aws.Fault;
import java.net.ConnectException;
import java.net.UnknownHostException;
import picocli.CommandLine;

/** One line on standard error for whatever ended a command. */
final class FailureLine {
  private FailureLine() {}

  static int report(
      Exception failure, CommandLine command, CommandLine.ParseResult ignoredParseResult) {
    command.getErr().println("postern agent: " + text(failure).replaceAll("\\s*\\R\\s*", " "));
    command.getErr().flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String text(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return switch (failure) {
      case Fault refused -> "the server refused: " + refused.getMessage();
      case UnknownHostException _ -> "unknown host " + message;
      case ConnectException _ -> "cannot reach the server: " + message;
      case java.io.IOException _ -> message;
      default -> failure.getClass().getSimpleName() + ": " + message;
    };
  }
}
