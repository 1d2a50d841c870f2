package dev.postern.aws.credentials;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a caller as the AWS CLI finds them: the environment before the profile, the
 * profile named explicitly, by AWS_PROFILE, or {@code default}. Immutable; read once.
 */
public final class Profile {
  private static final String DEFAULT = "default";

  /** What botocore tries before a process, wherever it stands. */
  private static final List<String> BEFORE_PROCESS =
      List.of(
          "role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "login_session");

  private final String name;
  private final boolean explicit;
  private final Map<String, String> environment;
  private final Map<String, String> credentialsFile;
  private final Map<String, String> configFile;
  private final IniFile config;

  private Profile(
      String name,
      boolean explicit,
      Map<String, String> environment,
      IniFile shared,
      IniFile config) {
    this.name = name;
    this.explicit = explicit;
    this.environment = Map.copyOf(environment);
    this.config = config;
    this.credentialsFile = orEmpty(shared.section(name));
    Map<String, String> own = orEmpty(config.section("profile " + name));
    this.configFile =
        own.isEmpty() && name.equals(DEFAULT) ? orEmpty(config.section(DEFAULT)) : own;
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> section) {
    return section == null ? Map.of() : new LinkedHashMap<>(section);
  }

  /**
   * Reads the files that the environment names.
   *
   * @param explicitName as given on a command line; its keys then come before the environment's
   * @throws IOException when a file cannot be read, or a profile was named and is in none of them
   */
  public static Profile load(@Nullable String explicitName, Map<String, String> environment)
      throws IOException {
    String chosen = explicitName;
    if (chosen == null) {
      chosen = present(environment, "AWS_PROFILE");
    }
    if (chosen == null) {
      chosen = present(environment, "AWS_DEFAULT_PROFILE");
    }
    IniFile shared = file(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
    IniFile config = file(environment, "AWS_CONFIG_FILE", "config");
    var profile =
        new Profile(
            chosen == null ? DEFAULT : chosen, explicitName != null, environment, shared, config);
    boolean found =
        shared.section(profile.name) != null
            || config.section("profile " + profile.name) != null
            || (config.section(DEFAULT) != null && profile.name.equals(DEFAULT));
    if (chosen != null && !found) {
      throw new IOException("The config profile (" + chosen + ") could not be found");
    }
    return profile;
  }

  /**
   * Reads the files as {@link #load} does, for a profile that need not be in any of them yet.
   *
   * @throws IOException when a file cannot be read
   */
  public static Profile loadOrEmpty(String name, Map<String, String> environment)
      throws IOException {
    IniFile shared = file(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
    IniFile config = file(environment, "AWS_CONFIG_FILE", "config");
    return new Profile(name, true, environment, shared, config);
  }

  private static IniFile file(Map<String, String> environment, String variable, String standardName)
      throws IOException {
    String named = present(environment, variable);
    String home = present(environment, "HOME");
    if (named == null) {
      return home == null
          ? new IniFile(Map.of())
          : IniFile.read(Path.of(home, ".aws", standardName));
    }
    boolean fromHome = named.startsWith("~/") && home != null;
    return IniFile.read(fromHome ? Path.of(home, named.substring(2)) : Path.of(named));
  }

  private static @Nullable String present(Map<String, String> map, String key) {
    String value = map.get(key);
    return value == null || value.isBlank() ? null : value;
  }

  public String name() {
    return name;
  }

  /** Whether it was named on the command line. */
  boolean isExplicit() {
    return explicit;
  }

  Map<String, String> environment() {
    return environment;
  }

  Map<String, String> credentialsFile() {
    return credentialsFile;
  }

  Map<String, String> configFile() {
    return configFile;
  }

  /**
   * The setting of this profile for whose sake the AWS CLI would pass over a {@code
   * credential_process} in the config file; null when there is none.
   */
  public @Nullable String obstacleToProcess() {
    for (String key : BEFORE_PROCESS) {
      if (setting(key) != null) {
        return key;
      }
    }
    for (String key : List.of("aws_access_key_id", "credential_process")) {
      if (present(credentialsFile, key) != null) {
        return key;
      }
    }
    return null;
  }

  /** A setting of the profile, the config file first. */
  private @Nullable String setting(String key) {
    String value = present(configFile, key);
    return value == null ? present(credentialsFile, key) : value;
  }

  private @Nullable String variable(String variable) {
    return present(environment, variable);
  }

  public @Nullable String region() {
    String region = variable("AWS_REGION");
    region = region == null ? variable("AWS_DEFAULT_REGION") : region;
    return region == null ? setting("region") : region;
  }

  /** A PEM file with the certificates to trust beside the system's. */
  public @Nullable Path caBundle() {
    String file = variable("AWS_CA_BUNDLE");
    file = file == null ? setting("ca_bundle") : file;
    if (file == null) {
      return null;
    }
    String home = variable("HOME");
    boolean fromHome = file.startsWith("~/") && home != null;
    return fromHome ? Path.of(home, file.substring(2)) : Path.of(file);
  }

  /**
   * Where a service is: its own variable, the general one, the section of services that the profile
   * names, the profile.
   *
   * @param service as the AWS CLI names it, {@code ssm}
   * @throws IOException when the address cannot be used
   */
  public @Nullable URI endpointUrl(String service) throws IOException {
    String ignore = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    ignore = ignore == null ? setting("ignore_configured_endpoint_urls") : ignore;
    if ("true".equalsIgnoreCase(ignore)) {
      return null;
    }
    String key = service.replace('-', '_');
    String url = variable("AWS_ENDPOINT_URL_" + key.toUpperCase(Locale.ROOT));
    url = url == null ? variable("AWS_ENDPOINT_URL") : url;
    url = url == null ? servicesSection(key) : url;
    url = url == null ? setting("endpoint_url") : url;
    return url == null ? null : address(url);
  }

  private @Nullable String servicesSection(String key) {
    String services = setting("services");
    return services == null
        ? null
        : present(orEmpty(config.section("services " + services)), key + ".endpoint_url");
  }

  private static URI address(String url) throws IOException {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException notAnAddress) {
      throw new IOException("not an endpoint URL: " + url, notAnAddress);
    }
    boolean http =
        "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
    if (!http || uri.getHost() == null || uri.getRawQuery() != null || uri.getUserInfo() != null) {
      throw new IOException("an endpoint URL has the form https://host[:port], this is " + url);
    }
    return uri;
  }

  @Override
  public String toString() {
    return "Profile[" + name + "]";
  }
}
