package dev.postern.aws.sigv4;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.MalformedEncodingException;
import dev.postern.aws.PercentEncoding;
import dev.postern.aws.Timestamps;
import dev.postern.aws.sigv4.CanonicalForm.Parameter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Signs requests with SigV4 (spec aws-api 1.6). Signed are host, content-type, content-md5 and
 * every {@code x-amz-} header: what a proxy on the way may rewrite stays out. Header values must be
 * ASCII.
 */
public final class RequestSigner {
  /** The longest life of a presigned address. */
  public static final Duration EXPIRES_MAX = Duration.ofDays(7);

  private static final String S3 = "s3";
  private static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

  private RequestSigner() {}

  /** The request with the headers of its signature. Any that it had before are replaced. */
  public static HttpRequest sign(
      HttpRequest request, Credentials credentials, String region, String service, Instant time) {
    Map<String, List<String>> headers = new TreeMap<>(request.headers());
    if (credentials.sessionToken() == null) {
      headers.remove("x-amz-security-token");
    } else {
      headers.put("x-amz-security-token", List.of(credentials.sessionToken()));
    }
    return signWith(
        new HttpRequest(request.method(), request.uri(), headers, request.body()),
        credentials.accessKeyId(),
        scope(time, region, service),
        time,
        (scope, text) -> SigningKey.sign(credentials.secretAccessKey(), scope, text));
  }

  /** Makes the text of a signature from the string to sign. */
  @FunctionalInterface
  interface SignatureMaker {
    String sign(CredentialScope scope, String stringToSign);
  }

  static CredentialScope scope(Instant time, String region, String service) {
    return new CredentialScope(Timestamps.basic(time).substring(0, 8), region, service);
  }

  static HttpRequest signWith(
      HttpRequest request,
      String keyId,
      CredentialScope scope,
      Instant time,
      SignatureMaker maker) {
    String basicTime = Timestamps.basic(time);
    Map<String, List<String>> headers = new TreeMap<>(request.headers());
    headers.remove("authorization");
    headers.put("x-amz-date", List.of(basicTime));
    String bodyHash = BodyHash.of(request.body());
    if (scope.service().equals(S3)) {
      headers.put("x-amz-content-sha256", List.of(bodyHash));
    }
    Map<String, String> signed = signedHeaders(headers, request.host());
    String names = String.join(";", signed.keySet());
    String canonical =
        canonicalRequest(
            request, scope, canonicalQuery(parameters(request.uri())), signed, bodyHash);
    String signature = maker.sign(scope, CanonicalForm.stringToSign(basicTime, scope, canonical));
    headers.put(
        "authorization",
        List.of(
            SigningKey.ALGORITHM
                + (" Credential=" + keyId + "/" + scope)
                + (", SignedHeaders=" + names)
                + (", Signature=" + signature)));
    return new HttpRequest(request.method(), request.uri(), headers, request.body());
  }

  /**
   * The address that may be asked by whoever holds it, with the signature in its query. Only the
   * host is signed; the request must be sent with the given method, and without a body unless the
   * service is S3.
   */
  public static URI presign(
      HttpRequest request,
      Credentials credentials,
      String region,
      String service,
      Instant time,
      Duration expires) {
    CredentialScope scope = scope(time, region, service);
    if (expires.compareTo(EXPIRES_MAX) > 0 || expires.toSeconds() < 1) {
      throw new IllegalArgumentException("a presigned address lives 1 s to 7 days");
    }
    String basicTime = Timestamps.basic(time);
    List<Parameter> parameters = new ArrayList<>(parameters(request.uri()));
    parameters.add(parameter("X-Amz-Algorithm", SigningKey.ALGORITHM));
    parameters.add(parameter("X-Amz-Credential", credentials.accessKeyId() + "/" + scope));
    parameters.add(parameter("X-Amz-Date", basicTime));
    parameters.add(parameter("X-Amz-Expires", String.valueOf(expires.toSeconds())));
    parameters.add(parameter("X-Amz-SignedHeaders", "host"));
    if (credentials.sessionToken() != null) {
      parameters.add(parameter("X-Amz-Security-Token", credentials.sessionToken()));
    }
    String query = canonicalQuery(parameters);
    String bodyHash = scope.service().equals(S3) ? UNSIGNED_PAYLOAD : BodyHash.of(request.body());
    String canonical =
        canonicalRequest(request, scope, query, Map.of("host", request.host()), bodyHash);
    String signature =
        SigningKey.sign(
            credentials.secretAccessKey(),
            scope,
            CanonicalForm.stringToSign(basicTime, scope, canonical));
    return withQuery(request.uri(), query + "&X-Amz-Signature=" + signature);
  }

  private static Parameter parameter(String name, String value) {
    return new Parameter(name, PercentEncoding.encode(value));
  }

  private static URI withQuery(URI uri, String query) {
    String path = uri.getRawPath();
    return URI.create(
        uri.getScheme()
            + "://"
            + uri.getRawAuthority()
            + (path == null || path.isEmpty() ? "/" : path)
            + "?"
            + query);
  }

  private static List<Parameter> parameters(URI uri) {
    String rawQuery = uri.getRawQuery();
    return ownText(() -> CanonicalForm.parameters(rawQuery == null ? "" : rawQuery));
  }

  private static String canonicalQuery(List<Parameter> parameters) {
    return CanonicalForm.query(parameters);
  }

  private static Map<String, String> signedHeaders(Map<String, List<String>> headers, String host) {
    Map<String, String> signed = new TreeMap<>();
    signed.put("host", host);
    headers.forEach((name, values) -> {
      if (name.startsWith("x-amz-") || name.equals("content-type") || name.equals("content-md5")) {
        values.forEach(RequestSigner::requireAscii);
        signed.put(
            name, String.join(",", values.stream().map(CanonicalForm::headerValue).toList()));
      }
    });
    return signed;
  }

  private static void requireAscii(String value) {
    if (!value.chars().allMatch(c -> (c >= ' ' && c < 127) || c == '\t')) {
      throw new IllegalArgumentException("a signed header's value must be printable ASCII");
    }
  }

  private static String canonicalRequest(
      HttpRequest request,
      CredentialScope scope,
      String query,
      Map<String, String> signed,
      String bodyHash) {
    String rawPath = request.uri().getRawPath() == null ? "" : request.uri().getRawPath();
    String path =
        scope.service().equals(S3)
            ? ownText(() -> CanonicalForm.objectPath(rawPath))
            : CanonicalForm.path(rawPath);
    var out = new StringBuilder(256);
    out.append(request.method()).append('\n').append(path).append('\n').append(query).append('\n');
    signed.forEach((name, value) -> out.append(name).append(':').append(value).append('\n'));
    out.append('\n').append(String.join(";", signed.keySet())).append('\n').append(bodyHash);
    return out.toString();
  }

  /** Reads a part of an address of our own, which URI has checked already. */
  private static <T> T ownText(Reading<T> reading) {
    try {
      return reading.read();
    } catch (MalformedEncodingException malformed) {
      throw new IllegalArgumentException("an address with " + malformed.getMessage(), malformed);
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read() throws MalformedEncodingException;
  }
}
