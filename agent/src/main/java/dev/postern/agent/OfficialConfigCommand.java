package dev.postern.agent;

import dev.postern.transport.Trust;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints how the official agent is set up so that it uses this server. */
@Command(
    name = "official-config",
    description = "Prints how the official amazon-ssm-agent is made to use this server.",
    mixinStandardHelpOptions = true)
final class OfficialConfigCommand implements Callable<Integer> {
  private static final Pattern DOMAIN =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?");
  private static final Pattern ACTIVATION_ID = Pattern.compile("[0-9a-f-]{36}");

  /** What else a file of certificates may hold is nobody's business, least of all a key. */
  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

  @Spec private CommandSpec spec;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Where where;

  /** One of two ways to find the server. */
  private static final class Where {
    @Option(
        names = "--endpoint",
        paramLabel = "URL",
        description = "The server, as https://host:port.")
    private @Nullable URI endpoint;

    @Option(
        names = "--service-domain",
        paramLabel = "DOMAIN[:PORT]",
        description =
            "The domain of ssm.REGION.DOMAIN, ssmmessages.REGION.DOMAIN and so on, where the"
                + " server has these names.")
    private @Nullable String serviceDomain;
  }

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "PEM file with the authority of the server's certificate.")
  private @Nullable Path caBundle;

  @Option(names = "--region", defaultValue = "us-east-1", paramLabel = "REGION")
  private String region;

  @Option(names = "--activation-id", defaultValue = "", paramLabel = "ID")
  private String activationId;

  /** The parts that can be printed alone. */
  private enum Part {
    SCRIPT,
    CONFIG,
    ENVIRONMENT,
    REGISTER
  }

  @Option(
      names = "--part",
      defaultValue = "script",
      paramLabel = "PART",
      description =
          "What to print: config, environment, register, or a script that does it all"
              + " (${DEFAULT-VALUE}).")
  private Part part;

  @SuppressWarnings("NullAway.Init") // set by picocli before call
  OfficialConfigCommand() {}

  @Override
  public Integer call() throws IOException {
    if (!region.matches(ServerEndpoint.REGION_PATTERN)) {
      throw wrong("--region: not the name of a region");
    }
    if (!activationId.isEmpty() && !ACTIVATION_ID.matcher(activationId).matches()) {
      throw wrong("--activation-id: not the id of an activation");
    }
    OfficialConfig config = new OfficialConfig(server(), region, authorities(), activationId);
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        switch (part) {
          case SCRIPT -> config.script();
          case CONFIG -> config.configuration();
          case ENVIRONMENT -> config.environment();
          case REGISTER -> config.register();
        });
    out.flush();
    return 0;
  }

  private OfficialConfig.Server server() {
    if (where.endpoint != null) {
      try {
        return new OfficialConfig.Server.Endpoint(ServerEndpoint.https(where.endpoint));
      } catch (IllegalArgumentException wrong) {
        throw wrong("--endpoint: " + wrong.getMessage());
      }
    }
    String domain = String.valueOf(where.serviceDomain);
    if (!DOMAIN.matcher(domain).matches()) {
      throw wrong("--service-domain: expected DOMAIN or DOMAIN:PORT");
    }
    return new OfficialConfig.Server.Domain(domain);
  }

  private String authorities() throws IOException {
    if (caBundle == null) {
      return "";
    }
    // Says what is wrong with the file, where something is.
    Trust _ = Trust.withBundle(caBundle);
    String text = Files.readString(caBundle, StandardCharsets.US_ASCII);
    return CERTIFICATE
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .map(certificate -> certificate.replace("\r", "") + "\n")
        .collect(Collectors.joining());
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
