package dev.postern.client.cli;

import dev.postern.aws.Timestamps;
import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.ApiChoices;
import dev.postern.client.login.AwsConfig;
import dev.postern.client.login.Browser;
import dev.postern.client.login.CachedLogin;
import dev.postern.client.login.Login;
import dev.postern.client.login.LoginCache;
import dev.postern.client.login.LoginTerms;
import dev.postern.client.login.SecureAddress;
import dev.postern.transport.HttpsClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code postern login}: credentials for a person, by the person's OpenID Connect provider. */
@Command(
    name = "login",
    mixinStandardHelpOptions = true,
    description = "Logs in at an OpenID Connect provider and keeps credentials for the AWS CLI.")
final class LoginCommand implements Callable<Integer> {
  private static final int PORT_MAX = 65_535;

  @Mixin private LoginName name = new LoginName();

  @Option(
      names = "--issuer",
      paramLabel = "URL",
      required = true,
      description = "The provider, exactly as it names itself.")
  private String issuer = "";

  @Option(
      names = "--client-id",
      paramLabel = "ID",
      required = true,
      description = "Under which the provider knows this program; a client without a secret.")
  private String clientId = "";

  @Option(
      names = "--role-arn",
      paramLabel = "ARN",
      required = true,
      description = "Role to assume with the provider's ID token.")
  private String roleArn = "";

  @Option(
      names = "--endpoint-url",
      paramLabel = "URL",
      description = "Where the server is; else AWS_ENDPOINT_URL or the profile's endpoint_url.")
  private @Nullable URI endpointUrl;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "For the profile's lines; else AWS_REGION or the profile's.")
  private @Nullable String region;

  @Option(
      names = "--ca-bundle",
      paramLabel = "FILE",
      description =
          "Certificates of server and provider to trust besides the system's; else AWS_CA_BUNDLE"
              + " or the profile's ca_bundle.")
  private @Nullable Path caBundle;

  @Option(
      names = "--duration-seconds",
      paramLabel = "N",
      description = "How long the credentials last; else the server's default, an hour.")
  private @Nullable Integer durationSeconds;

  @Option(names = "--no-browser", description = "Print the address only.")
  private boolean noBrowser;

  @Option(
      names = "--redirect-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description =
          "Port of http://127.0.0.1:PORT/callback, for a provider that wants it registered; else a"
              + " free one.")
  private int redirectPort;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "300",
      description = "How long to wait for the person, default ${DEFAULT-VALUE}.")
  private int timeoutSeconds;

  @Option(
      names = "--write-config",
      description = "Write the profile's lines to the AWS CLI's config file instead of printing.")
  private boolean writeConfig;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    String profile = name.get();
    checkNumbers();
    Map<String, String> environment = System.getenv();
    ApiAccess access =
        ApiAccess.findFor(
            profile, new ApiChoices(endpointUrl, region, profile, caBundle), environment);
    if (writeConfig && access.obstacleToProcess() != null) {
      throw new IOException(
          "profile "
              + profile
              + " has "
              + access.obstacleToProcess()
              + ", which the AWS CLI prefers to a credential_process: choose another --profile");
    }
    LoginTerms terms = terms(access);
    CachedLogin login;
    try (HttpsClient http = ApiAccess.unsigned(terms.caBundle(), environment)) {
      login =
          new Login(http, terms)
              .withBrowser(
                  redirectPort,
                  Duration.ofSeconds(timeoutSeconds),
                  new SecureRandom(),
                  page -> show(page, environment));
    }
    LoginCache.of(environment).write(profile, login);
    report(profile, login, settings(profile, terms, access.region()), environment);
    return 0;
  }

  private void checkNumbers() {
    if (redirectPort < 0 || redirectPort > PORT_MAX) {
      throw new ParameterException(spec.commandLine(), "--redirect-port is no port");
    }
    if (timeoutSeconds < 1) {
      throw new ParameterException(spec.commandLine(), "--timeout must be at least 1");
    }
    if (durationSeconds != null && durationSeconds < 1) {
      throw new ParameterException(spec.commandLine(), "--duration-seconds must be at least 1");
    }
  }

  /** An ID token goes where it was told to and not to AWS by default. */
  private LoginTerms terms(ApiAccess access) throws IOException {
    URI endpoint = access.configuredEndpoint("sts");
    if (endpoint == null) {
      throw new IOException(
          "You must say where the server is, for example by AWS_ENDPOINT_URL or --endpoint-url");
    }
    Path bundle = access.caBundle();
    return new LoginTerms(
        issuer,
        clientId,
        roleArn,
        SecureAddress.parse("the endpoint", endpoint.toString()),
        bundle == null ? null : bundle.toAbsolutePath(),
        durationSeconds);
  }

  private void show(URI page, Map<String, String> environment) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Log in on this page:");
    out.println();
    out.println("    " + page);
    out.println();
    out.flush();
    if (!noBrowser && Browser.open(page, environment)) {
      out.println("It should open in your browser now.");
      out.flush();
    }
  }

  /** Of the profile; what is unknown is left to the environment. */
  private static Map<String, String> settings(
      String profile, LoginTerms terms, @Nullable String region) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(
        "credential_process",
        PosixWords.join(List.of(launcher(), "credentials", "--profile", profile)));
    settings.put("endpoint_url", terms.endpoint().toString());
    if (terms.caBundle() != null) {
      settings.put("ca_bundle", terms.caBundle().toString());
    }
    if (region != null && !region.isBlank()) {
      settings.put("region", region);
    }
    return settings;
  }

  /** By its whole path where that is known: other programs may have another PATH. */
  private static String launcher() {
    String home = System.getProperty("postern.home", System.getenv("POSTERN_HOME"));
    if (home != null) {
      for (String place : List.of("postern", "bin/postern")) {
        Path launcher = Path.of(home).toAbsolutePath().resolve(place);
        if (Files.isRegularFile(launcher) && Files.isExecutable(launcher)) {
          return launcher.toString();
        }
      }
    }
    return "postern";
  }

  private void report(
      String profile,
      CachedLogin login,
      Map<String, String> settings,
      Map<String, String> environment)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "Logged in as "
            + Text.line(login.arn())
            + " until "
            + Timestamps.iso8601(login.credentials().expiration())
            + (login.refreshToken() == null ? "" : ", renewed by itself"));
    AwsConfig config = AwsConfig.of(environment);
    if (writeConfig) {
      config.write(profile, settings);
      out.println("Profile " + profile + " is in " + config.file());
    } else {
      out.println("For the AWS CLI, in " + config.file() + ":");
      out.println();
      AwsConfig.lines(profile, settings).forEach(out::println);
    }
    out.flush();
  }
}
