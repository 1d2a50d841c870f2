package dev.postern.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The agent as a process of its own, started from a copy that every account can read. */
public final class AgentProgram {
  private static final int SECONDS_MAX = 60;

  private final String classPath;

  /** Copies the program below a directory, to which everybody gets access. */
  public AgentProgram(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path copy = Files.createDirectory(directory.resolve("program"));
    List<String> parts = new ArrayList<>();
    String used = Files.readString(Path.of("target", "runtime.classpath")).strip();
    for (String part : ("target/classes:" + used).split(":", -1)) {
      Path target = copy.resolve(parts.size() + (part.endsWith(".jar") ? ".jar" : ""));
      copy(Path.of(part), target);
      parts.add(target.toString());
    }
    classPath = String.join(":", parts);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            to.resolve(from.relativize(file).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** The command line of the agent with some arguments. */
  public List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                AgentMain.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Registers with a service, into a data directory. */
  public void register(FakeService service, Path data) throws Exception {
    run(
            command(
                "register",
                "--endpoint",
                service.endpoint().toString(),
                "--activation-id",
                "11111111-2222-3333-4444-555555555555",
                "--data",
                data.toString()),
            Map.of(),
            FakeService.CODE)
        .orFail();
  }

  /** How a program ended. */
  public record Finished(int exitCode, String out, String err) {
    public Finished orFail() {
      if (exitCode != 0) {
        throw new AssertionError(this);
      }
      return this;
    }
  }

  /** Starts a program with nothing of this process's environment but where programs are. */
  public static Process start(List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(new File("/"));
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Runs a program to its end. */
  public static Finished run(List<String> command, Map<String, String> environment, String input)
      throws Exception {
    Process process = start(command, environment);
    CompletableFuture<String> out = text(process.getInputStream());
    CompletableFuture<String> err = text(process.getErrorStream());
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    } catch (IOException notRead) {
      // A program may end without reading its input.
      if (process.isAlive()) {
        throw notRead;
      }
    }
    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("did not end: " + command + out.join() + err.join());
    }
    return new Finished(process.exitValue(), out.join(), err.join());
  }

  private static CompletableFuture<String> text(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    // Not a virtual one: a read from a program's pipe keeps a carrier, of which there are few.
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (stream) {
            text.complete(new String(stream.readAllBytes(), UTF_8));
          } catch (IOException lost) {
            text.completeExceptionally(lost);
          }
        });
    return text;
  }
}
