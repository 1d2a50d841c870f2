package dev.postern.client.api;

import dev.postern.aws.credentials.ProcessRunner;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs the program of {@code credential_process}. Blocks the calling thread; a program that takes
 * too long is killed.
 */
final class CredentialProgram implements ProcessRunner {
  private static final long TIMEOUT_SECONDS = 60;
  private static final int OUTPUT_BYTES_MAX = 64 * 1024;

  /** Holds a session's token where the AWS CLI hands the session over in the environment. */
  private static final String TOKEN_VARIABLE_PREFIX = "AWS_SSM_START_SESSION_RESPONSE";

  @Override
  public byte[] run(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(name -> name.startsWith(TOKEN_VARIABLE_PREFIX));
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      FutureTask<byte[]> output =
          new FutureTask<>(() -> process.getInputStream().readNBytes(OUTPUT_BYTES_MAX));
      // Not a virtual one: a read from a program's pipe keeps a carrier, of which there are few.
      Thread.ofPlatform().daemon().name("credential-process-output").start(output);
      byte[] bytes = output.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("credential_process did not end");
      }
      if (process.exitValue() != 0) {
        throw new IOException("credential_process failed with exit code " + process.exitValue());
      }
      return bytes;
    } catch (TimeoutException slow) {
      throw new IOException("credential_process took longer than " + TIMEOUT_SECONDS + " s", slow);
    } catch (ExecutionException failed) {
      throw new IOException("the output of credential_process cannot be read", failed);
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while credential_process ran", end);
    } finally {
      process.destroyForcibly();
    }
  }
}
