package dev.postern.agent;

import dev.postern.agent.registration.AgentDirectory;
import dev.postern.agent.registration.Registrar;
import dev.postern.agent.registration.Registration;
import dev.postern.agent.shell.SsmUser;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.ProxySettings;
import dev.postern.transport.Trust;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Enrols this machine with an activation. */
@Command(
    name = "register",
    description = "Enrols this machine with an activation.",
    mixinStandardHelpOptions = true)
final class RegisterCommand implements Callable<Integer> {
  private static final String FROM_INPUT = "-";

  @Spec private CommandSpec spec;

  @Option(
      names = "--endpoint",
      required = true,
      paramLabel = "URL",
      description = "The server, as https://host:port.")
  private URI endpoint;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "PEM file with the authority of the server's certificate.")
  private @Nullable Path caBundle;

  @Option(names = "--activation-id", required = true, paramLabel = "ID")
  private String activationId;

  @Option(
      names = "--activation-code",
      defaultValue = FROM_INPUT,
      paramLabel = "CODE",
      description = "The activation's code; - or nothing reads it from standard input.")
  private String activationCode;

  @Option(names = "--region", defaultValue = "us-east-1", paramLabel = "REGION")
  private String region;

  @Option(names = "--data", paramLabel = "DIR", description = "Where the agent keeps its state.")
  private @Nullable Path data;

  @Option(names = "--force", description = "Replace the registration that this machine has.")
  private boolean force;

  @Option(
      names = "--create-ssm-user",
      description = "Make the account ssm-user, for sessions that ask for no other.")
  private boolean createSsmUser;

  @Option(
      names = "--with-sudo",
      description = "With --create-ssm-user: let it use sudo for everything, without a password.")
  private boolean withSudo;

  @SuppressWarnings("NullAway.Init") // set by picocli before call
  RegisterCommand() {}

  @Override
  public Integer call() throws IOException {
    checkEndpoint();
    if (!region.matches(ServerEndpoint.REGION_PATTERN)) {
      throw new ParameterException(spec.commandLine(), "--region: not the name of a region");
    }
    if (withSudo && !createSsmUser) {
      throw new ParameterException(spec.commandLine(), "--with-sudo needs --create-ssm-user");
    }
    // Before anything is changed, and before an activation that is good for one machine is spent.
    Optional<SsmUser> ssmUser =
        createSsmUser ? Optional.of(SsmUser.prepare(withSudo)) : Optional.empty();
    AgentDirectory directory = DataDirectory.open(data);
    try (FileLock lock = directory.lock()) {
      assert lock.isValid();
      Optional<Registration> present = force ? Optional.empty() : Registration.load(directory);
      if (present.isPresent()) {
        throw new IOException(
            "this machine is registered as "
                + present.get().instanceId()
                + " already; --force replaces that");
      }
      register(directory);
    }
    if (ssmUser.isPresent()) {
      make(ssmUser.get());
    }
    return 0;
  }

  private void make(SsmUser ssmUser) throws IOException {
    try {
      ssmUser.make().forEach(spec.commandLine().getOut()::println);
      spec.commandLine().getOut().flush();
    } catch (IOException failed) {
      throw new IOException(
          "this machine was registered, but " + failed.getMessage() + "; make it with useradd -m",
          failed);
    }
  }

  private void register(AgentDirectory directory) throws IOException {
    Trust trust = Trust.withBundle(caBundle);
    ProxySettings proxies = ProxySettings.fromEnvironment(System.getenv());
    try (HttpsClient https = new HttpsClient(trust, proxies)) {
      Registration registration =
          new Registrar(directory, https)
              .register(endpoint, caBundle, region, new Registrar.Activation(activationId, code()));
      spec.commandLine()
          .getOut()
          .println("Registered as " + registration.instanceId() + " at " + registration.endpoint());
      spec.commandLine().getOut().flush();
    }
  }

  private void checkEndpoint() {
    try {
      endpoint = ServerEndpoint.httpsOrLoopback(endpoint);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), "--endpoint: " + wrong.getMessage());
    }
  }

  @SuppressWarnings("SystemConsoleNull") // null where this JDK has no terminal to ask on
  private String code() throws IOException {
    if (!activationCode.equals(FROM_INPUT)) {
      return activationCode;
    }
    Console console = System.console();
    if (console != null && console.isTerminal()) {
      char[] typed = console.readPassword("Activation code: ");
      if (typed != null) {
        return new String(typed).strip();
      }
    }
    String line =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    if (line == null || line.isBlank()) {
      throw new IOException("no activation code on standard input");
    }
    return line.strip();
  }
}
