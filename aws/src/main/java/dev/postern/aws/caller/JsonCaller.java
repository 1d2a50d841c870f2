package dev.postern.aws.caller;

import dev.postern.aws.Exchange;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.credentials.CredentialsSource;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.aws.protocol.FaultResponse;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Calls the operations of one JSON 1.1 service. One call is one request: nothing is retried here.
 * Safe for use by many threads.
 */
public final class JsonCaller {
  private static final int OK = 200;

  private final Exchange exchange;
  private final URI endpoint;
  private final String targetPrefix;
  private final Authentication authentication;

  /**
   * @param endpoint whose path, if it has one, is used as it stands
   * @param targetPrefix what precedes the operation in X-Amz-Target, as {@code AmazonSSM}
   */
  public JsonCaller(
      Exchange exchange, URI endpoint, String targetPrefix, Authentication authentication) {
    this.exchange = exchange;
    this.endpoint = endpoint.getRawPath().isEmpty() ? endpoint.resolve("/") : endpoint;
    this.targetPrefix = targetPrefix;
    this.authentication = authentication;
  }

  /** A caller that signs with SigV4. */
  public JsonCaller(
      Exchange exchange,
      URI endpoint,
      String region,
      String service,
      String targetPrefix,
      CredentialsSource credentials,
      InstantSource clock) {
    this(
        exchange,
        endpoint,
        targetPrefix,
        Authentication.sigV4(region, service, credentials, clock));
  }

  /**
   * Calls one operation and waits for its answer.
   *
   * @param input as {@link Json#write} takes it
   * @return the output's members, none when the operation has no output
   * @throws dev.postern.aws.Fault when the service refuses
   * @throws IOException when no answer came, or one that is not of this protocol
   */
  public Map<String, Object> call(String operation, Map<String, ?> input) throws IOException {
    Map<String, List<String>> headers =
        Map.of(
            "content-type", List.of("application/x-amz-json-1.1"),
            "x-amz-target", List.of(targetPrefix + "." + operation));
    var request = new HttpRequest("POST", endpoint, headers, Json.write(input));
    HttpResponse response = exchange.exchange(authentication.authenticate(request));
    if (response.status() != OK) {
      throw FaultResponse.read(response);
    }
    try {
      return Json.readObject(response.body());
    } catch (MalformedJsonException malformed) {
      throw new IOException("the answer to " + operation + " is no JSON", malformed);
    }
  }
}
