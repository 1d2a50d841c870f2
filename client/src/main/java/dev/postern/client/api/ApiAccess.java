package dev.postern.client.api;

import dev.postern.aws.caller.JsonCaller;
import dev.postern.aws.credentials.CredentialChain;
import dev.postern.aws.credentials.Profile;
import dev.postern.client.session.SessionCalls;
import dev.postern.transport.HttpLimits;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.ProxySettings;
import dev.postern.transport.Trust;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How this program reaches the API: address, region, trust and credentials, in the AWS CLI's order:
 * command line, environment, profile. Credentials are looked for at the first call only. Safe for
 * use by many threads.
 */
public final class ApiAccess {
  static {
    // Java remembers for 10 s that a name was not found. A network that comes back is not to wait
    // for that; the first look-up of a program comes after this.
    Security.setProperty("networkaddress.cache.negative.ttl", "1");
  }

  /**
   * An answer takes milliseconds; a person waits for it, so it is not waited for any longer than
   * this.
   */
  private static final HttpLimits LIMITS =
      HttpLimits.DEFAULT
          .withConnectTimeout(Duration.ofSeconds(10))
          .withAnswerTimeout(Duration.ofSeconds(30));

  /**
   * A lost connection is asked for again and again, so each try has to find out soon that it is one
   * too early.
   */
  private static final HttpLimits SESSION_LIMITS =
      HttpLimits.DEFAULT
          .withConnectTimeout(Duration.ofSeconds(5))
          .withAnswerTimeout(Duration.ofSeconds(10));

  private final ApiChoices choices;
  private final Profile profile;
  private final @Nullable Path caBundle;
  private final Trust trust;
  private final ProxySettings proxies;

  private ApiAccess(
      ApiChoices choices,
      Profile profile,
      @Nullable Path caBundle,
      Trust trust,
      ProxySettings proxies) {
    this.choices = choices;
    this.profile = profile;
    this.caBundle = caBundle;
    this.trust = trust;
    this.proxies = proxies;
  }

  /**
   * Reads configuration and trusted certificates, calls nobody.
   *
   * @throws IOException when one of them cannot be read or used, with a text for people
   */
  public static ApiAccess find(ApiChoices choices, Map<String, String> environment)
      throws IOException {
    return of(Profile.load(choices.profile(), environment), choices, environment);
  }

  private static ApiAccess of(Profile profile, ApiChoices choices, Map<String, String> environment)
      throws IOException {
    Path caBundle = caBundle(choices, profile, environment);
    return new ApiAccess(
        choices,
        profile,
        caBundle,
        Trust.withBundle(caBundle),
        ProxySettings.fromEnvironment(environment));
  }

  /**
   * The same for a profile that need not exist yet.
   *
   * @param profileName instead of the choices'
   */
  public static ApiAccess findFor(
      String profileName, ApiChoices choices, Map<String, String> environment) throws IOException {
    return of(Profile.loadOrEmpty(profileName, environment), choices, environment);
  }

  /**
   * A way to servers that need no signature, with the limits of a call.
   *
   * @param caBundle PEM certificates to trust besides the system's
   * @throws IOException when they cannot be read, or a proxy is configured that cannot be used
   */
  public static HttpsClient unsigned(@Nullable Path caBundle, Map<String, String> environment)
      throws IOException {
    return new HttpsClient(
        Trust.withBundle(caBundle), ProxySettings.fromEnvironment(environment), LIMITS);
  }

  /**
   * The AWS CLI's variable and setting; else the one that the official plugin, a Go program, heeds.
   */
  private static @Nullable Path caBundle(
      ApiChoices choices, Profile profile, Map<String, String> environment) {
    if (choices.caBundle() != null) {
      return choices.caBundle();
    }
    Path configured = profile.caBundle();
    String forGo = environment.get("SSL_CERT_FILE");
    return configured != null || forGo == null || forGo.isBlank() ? configured : Path.of(forGo);
  }

  /** Where a service is said to be; null when nothing says so. */
  public @Nullable URI configuredEndpoint(String service) throws IOException {
    return choices.endpoint() != null ? choices.endpoint() : profile.endpointUrl(service);
  }

  public @Nullable String region() {
    return choices.region() != null ? choices.region() : profile.region();
  }

  /** As {@link Profile#obstacleToProcess}. */
  public @Nullable String obstacleToProcess() {
    return profile.obstacleToProcess();
  }

  /** PEM certificates to trust besides the system's. */
  public @Nullable Path caBundle() {
    return caBundle;
  }

  public Trust trust() {
    return trust;
  }

  public ProxySettings proxies() {
    return proxies;
  }

  /**
   * A caller of SSM.
   *
   * @throws IOException when the region or the address is not configured or cannot be used
   */
  public Ssm ssm() throws IOException {
    return new Ssm(caller("ssm", "AmazonSSM", LIMITS));
  }

  /**
   * What a running session asks of SSM.
   *
   * @throws IOException as {@link #ssm}
   */
  public SessionCalls sessionCalls() throws IOException {
    return new Ssm(caller("ssm", "AmazonSSM", SESSION_LIMITS));
  }

  /**
   * A caller of our own service.
   *
   * @throws IOException as {@link #ssm}
   */
  public PosternApi postern() throws IOException {
    return new PosternApi(caller("postern", "Postern_20261122", LIMITS));
  }

  /** Both services are at the address of SSM. */
  private JsonCaller caller(String service, String targetPrefix, HttpLimits limits)
      throws IOException {
    String region = region();
    if (region == null || region.isBlank()) {
      throw new IOException("You must specify a region, for example by AWS_REGION or --region");
    }
    URI endpoint = configuredEndpoint("ssm");
    if (endpoint == null) {
      endpoint = URI.create("https://ssm." + region + ".amazonaws.com");
    }
    return new JsonCaller(
        new HttpsClient(trust, proxies, limits),
        endpoint,
        region,
        service,
        targetPrefix,
        new CredentialChain(profile, new CredentialProgram(), InstantSource.system()),
        InstantSource.system());
  }
}
