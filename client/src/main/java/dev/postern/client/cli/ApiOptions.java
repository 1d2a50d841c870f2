package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.ApiChoices;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that calls the API; they are the AWS CLI's. */
final class ApiOptions {
  @Option(
      names = "--endpoint-url",
      paramLabel = "URL",
      description = "Where the server is; else AWS_ENDPOINT_URL or the profile's endpoint_url.")
  private @Nullable URI endpointUrl;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "Region of the server; else AWS_REGION or the profile's.")
  private @Nullable String region;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "Profile of the AWS configuration files; else AWS_PROFILE.")
  private @Nullable String profile;

  @Option(
      names = "--ca-bundle",
      paramLabel = "FILE",
      description =
          "Certificates to trust besides the system's; else AWS_CA_BUNDLE or the profile's ca_bundle.")
  private @Nullable Path caBundle;

  ApiAccess find() throws IOException {
    if (endpointUrl != null && (endpointUrl.getScheme() == null || endpointUrl.getHost() == null)) {
      throw new IOException(
          "--endpoint-url has the form https://host[:port], this is " + endpointUrl);
    }
    return ApiAccess.find(new ApiChoices(endpointUrl, region, profile, caBundle), System.getenv());
  }

  /** The same options once more, for another program of ours. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    add(words, "--endpoint-url", endpointUrl);
    add(words, "--region", region);
    add(words, "--profile", profile);
    add(words, "--ca-bundle", caBundle == null ? null : caBundle.toAbsolutePath());
    return words;
  }

  private static void add(List<String> words, String name, @Nullable Object value) {
    if (value != null) {
      words.add(name);
      words.add(value.toString());
    }
  }
}
