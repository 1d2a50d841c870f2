package dev.postern.aws.sigv4;

import dev.postern.aws.Fault;
import dev.postern.aws.MalformedEncodingException;
import dev.postern.aws.Timestamps;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.sigv4.CanonicalForm.Parameter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SigV4 signature of a received request, in either form, and whether it holds (spec aws-api
 * 1.6). {@link #parse} reads and {@link #verify} decides; what was only parsed proves nothing. All
 * refusals are {@link Fault}s with the codes of the request's protocol. Immutable.
 */
public final class RequestSignature {
  /** How far a caller's clock may be off. */
  public static final Duration SKEW_MAX = Duration.ofMinutes(15);

  private static final String S3 = "s3";
  private static final String GATEWAY = "ssmmessages";
  private static final String TOKEN_HEADER = "x-amz-security-token";
  private static final String TOKEN_PARAMETER = "X-Amz-Security-Token";
  private static final String HASH_HEADER = "x-amz-content-sha256";
  private static final String HASH_PARAMETER = "X-Amz-Content-Sha256";
  private static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
  private static final String STREAMING = "STREAMING-";
  private static final Set<String> SINGLE_HEADERS =
      Set.of(
          "authorization",
          "content-type",
          "date",
          "host",
          "x-amz-date",
          "x-amz-target",
          TOKEN_HEADER,
          HASH_HEADER);

  private static final String MISMATCH =
      "The request signature we calculated does not match the signature you provided. Check your"
          + " AWS Secret Access Key and signing method. Consult the service documentation for"
          + " details.";

  private final ReceivedRequest request;
  private final Protocol protocol;
  private final List<Parameter> query;
  private final SignatureParameters parameters;
  private final Instant time;
  private final @Nullable String sessionToken;

  private RequestSignature(
      ReceivedRequest request,
      Protocol protocol,
      List<Parameter> query,
      SignatureParameters parameters,
      Instant time,
      @Nullable String sessionToken) {
    this.request = request;
    this.protocol = protocol;
    this.query = query;
    this.parameters = parameters;
    this.time = time;
    this.sessionToken = sessionToken;
  }

  /** Null when the request bears no signature at all. */
  public static @Nullable RequestSignature parse(ReceivedRequest request, Protocol protocol) {
    requireSingleHeaders(request, protocol);
    List<Parameter> query = query(request, protocol);
    String authorization = request.header("authorization");
    boolean presigned = SignatureParameters.isPresigned(query);
    if (authorization != null && presigned) {
      throw SignatureError.INCOMPLETE.fault(
          protocol, "Only one of the Authorization header and X-Amz-Signature may be given.");
    }
    if (authorization == null && !presigned) {
      refuseVersion2(query, protocol);
      return null;
    }
    if (authorization != null) {
      var parameters = SignatureParameters.ofHeader(authorization, protocol);
      return new RequestSignature(
          request,
          protocol,
          query,
          parameters,
          headerTime(request, protocol),
          request.header(TOKEN_HEADER));
    }
    var parameters = SignatureParameters.ofQuery(query, protocol);
    String token = SignatureParameters.optional(query, TOKEN_PARAMETER, protocol);
    String text = parameters.time() == null ? "" : parameters.time();
    return new RequestSignature(
        request,
        protocol,
        query,
        parameters,
        basicTime(text, protocol, SignatureError.INCOMPLETE_QUERY),
        token == null ? request.header(TOKEN_HEADER) : token);
  }

  /** The answer to a request without signature, where one is needed. */
  public static Fault missing(Protocol protocol) {
    return SignatureError.MISSING.fault(
        protocol, protocol == Protocol.REST_XML ? "Access Denied" : "Missing Authentication Token");
  }

  private static void requireSingleHeaders(ReceivedRequest request, Protocol protocol) {
    for (String name : SINGLE_HEADERS) {
      long count = request.headers().stream().filter(h -> h.name().equals(name)).count();
      if (count > 1) {
        throw SignatureError.INCOMPLETE.fault(
            protocol, "The header " + name + " must not come twice.");
      }
    }
  }

  private static List<Parameter> query(ReceivedRequest request, Protocol protocol) {
    try {
      return CanonicalForm.parameters(request.rawQuery());
    } catch (MalformedEncodingException malformed) {
      throw SignatureError.INCOMPLETE_QUERY.fault(
          protocol, "The query string has " + malformed.getMessage() + ".");
    }
  }

  private static void refuseVersion2(List<Parameter> query, Protocol protocol) {
    if (protocol == Protocol.REST_XML
        && query.stream().anyMatch(p -> p.name().equals("AWSAccessKeyId"))) {
      throw new Fault(
          "InvalidRequest",
          400,
          "The authorization mechanism you have provided is not supported. Please use"
              + " AWS4-HMAC-SHA256.");
    }
  }

  private static Instant headerTime(ReceivedRequest request, Protocol protocol) {
    String amzDate = request.header("x-amz-date");
    if (amzDate != null) {
      return basicTime(amzDate.strip(), protocol, SignatureError.INCOMPLETE);
    }
    String date = request.header("date");
    if (date == null) {
      throw SignatureError.INCOMPLETE.fault(
          protocol,
          "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
    }
    try {
      return Timestamps.parseHttpDate(date.strip());
    } catch (IllegalArgumentException _) {
      return basicTime(date.strip(), protocol, SignatureError.INCOMPLETE);
    }
  }

  private static Instant basicTime(String text, Protocol protocol, SignatureError error) {
    try {
      return Timestamps.parseBasic(text);
    } catch (IllegalArgumentException _) {
      throw error.fault(
          protocol,
          "Date must be in ISO-8601 'basic format'. Got '"
              + SignatureParameters.shown(text)
              + "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
  }

  /** As claimed. */
  public String accessKeyId() {
    return parameters.accessKeyId();
  }

  /** As claimed. */
  public CredentialScope scope() {
    return parameters.scope();
  }

  /** The time of signing, as claimed. */
  public Instant time() {
    return time;
  }

  public boolean isPresigned() {
    return parameters.expiresSeconds() >= 0;
  }

  /** Whether the signature is a node's (see {@link NodeSignature}), not an HMAC. */
  public boolean isNodeSignature() {
    return !isPresigned() && !BodyHash.isHash(parameters.signature());
  }

  String signature() {
    return parameters.signature();
  }

  Protocol protocol() {
    return protocol;
  }

  /**
   * Decides on everything: the service of the scope, the key, its token, the time, what is signed,
   * the signature, the key's expiry; in this order.
   *
   * @param routedService signing name of the service that is about to run
   * @param bodySha256 {@link BodyHash} of the body; null, for S3 only, while the body is still to
   *     come: then call {@link #requireBody} when it is there
   * @return the key that {@code keys} found
   */
  public <K extends AccessKey> K verify(
      String routedService, AccessKeys<K> keys, @Nullable String bodySha256, Instant now) {
    requireService(routedService);
    K key = keys.find(accessKeyId());
    if (key == null) {
      throw unknownKey();
    }
    if (!key.acceptsSessionToken(sessionToken)) {
      throw SignatureError.WRONG_TOKEN.fault(
          protocol,
          switch (protocol) {
            case REST_XML -> "The provided token is malformed or otherwise invalid.";
            case EC2 -> "AWS was not able to validate the provided access credentials";
            case JSON, QUERY -> "The security token included in the request is invalid.";
          });
    }
    requireTime(now);
    requireSigned();
    String payloadHash = payloadHash(bodySha256);
    if (!matches(key.secretAccessKey(), payloadHash)) {
      throw mismatch(payloadHash);
    }
    Instant expiration = key.expiration();
    if (expiration != null && !now.isBefore(expiration)) {
      throw SignatureError.EXPIRED_TOKEN.fault(
          protocol,
          protocol == Protocol.REST_XML
              ? "The provided token has expired."
              : "The security token included in the request is expired");
    }
    return key;
  }

  private Fault unknownKey() {
    return SignatureError.UNKNOWN_KEY.fault(
        protocol,
        switch (protocol) {
          case REST_XML -> "The AWS Access Key Id you provided does not exist in our records.";
          case EC2 -> "AWS was not able to validate the provided access credentials";
          case JSON, QUERY -> "The security token included in the request is invalid.";
        });
  }

  void requireService(String routedService) {
    if (!scope().service().equals(routedService)) {
      throw SignatureError.MISMATCH.fault(
          protocol, "Credential should be scoped to correct service: '" + routedService + "'.");
    }
  }

  /** For a regional service, whose calls must be signed for our region. */
  public void requireRegion(String region) {
    if (!scope().region().equals(region)) {
      throw SignatureError.MISMATCH.fault(
          protocol,
          "Credential should be scoped to a valid region: this server is '" + region + "'.");
    }
  }

  /** Checks the claimed time, and that the scope is for that day. */
  void requireTime(Instant now) {
    String basic = Timestamps.basic(time);
    if (!scope().date().equals(basic.substring(0, 8))) {
      throw SignatureError.MISMATCH.fault(
          protocol,
          "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from"
              + " HTTP: '%s' != '%s', from '%s'."
                  .formatted(
                      SignatureParameters.shown(scope().date()), basic.substring(0, 8), basic));
    }
    Duration age = isPresigned() ? Duration.ofSeconds(parameters.expiresSeconds()) : SKEW_MAX;
    Instant oldest = now.minus(age);
    Instant newest = now.plus(SKEW_MAX);
    if (time.isBefore(oldest)) {
      throw skew(
          now,
          "Signature expired: %s is now earlier than %s (%s - %s)"
              .formatted(basic, Timestamps.basic(oldest), Timestamps.basic(now), span(age)));
    }
    if (time.isAfter(newest)) {
      throw skew(
          now,
          "Signature not yet current: %s is still later than %s (%s + %s)"
              .formatted(basic, Timestamps.basic(newest), Timestamps.basic(now), span(SKEW_MAX)));
    }
  }

  private static String span(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds % 60 == 0 ? seconds / 60 + " min." : seconds + " sec.";
  }

  private Fault skew(Instant now, String message) {
    return switch (protocol) {
      case REST_XML ->
          isPresigned()
              ? new Fault("AccessDenied", 403, "Request has expired")
              : SignatureError.SKEW.fault(
                  protocol,
                  "The difference between the request time and the current time is too large.",
                  Map.of(
                      "RequestTime", Timestamps.basic(time),
                      "ServerTime", Timestamps.iso8601(now),
                      "MaxAllowedSkewMilliseconds", String.valueOf(SKEW_MAX.toMillis())));
      case EC2 -> SignatureError.SKEW.fault(protocol, "Request has expired.");
      case JSON, QUERY -> SignatureError.SKEW.fault(protocol, message);
    };
  }

  /** Refuses a request where a header that decides what it does could have been changed. */
  void requireSigned() {
    if (!parameters.signedHeaders().contains("host")) {
      throw SignatureError.NOT_SIGNED.fault(
          protocol, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }
    boolean s3 = isS3();
    for (ReceivedRequest.Header header : request.headers()) {
      boolean decides =
          s3 ? header.name().startsWith("x-amz-") : header.name().equals("x-amz-target");
      if (decides && !parameters.signedHeaders().contains(header.name())) {
        throw SignatureError.NOT_SIGNED.fault(
            protocol,
            "There were headers present in the request which were not signed",
            Map.of("HeadersNotSigned", header.name()));
      }
    }
    if (!s3 && !request.path().exact()) {
      throw new IllegalStateException("a path other than an object's must be read exactly");
    }
  }

  private boolean isS3() {
    return scope().service().equals(S3);
  }

  /** What the request says of its body; S3's presigned form has a place for it in the query too. */
  private @Nullable String declaredHash() {
    String declared = request.header(HASH_HEADER);
    if (declared == null && isS3() && isPresigned()) {
      declared = SignatureParameters.optional(query, HASH_PARAMETER, protocol);
      return declared == null ? UNSIGNED_PAYLOAD : declared;
    }
    return declared;
  }

  /** The last line of the canonical request. */
  private String payloadHash(@Nullable String bodySha256) {
    String declared = declaredHash();
    if (!isS3()) {
      if (bodySha256 == null) {
        throw new IllegalArgumentException("only S3 verifies before the body is there");
      }
      requireSame(declared, bodySha256);
      return bodySha256;
    }
    if (declared == null) {
      throw new Fault(
          "MissingSecurityHeader",
          400,
          "Your request was missing a required header",
          Map.of("MissingHeaderName", HASH_HEADER));
    }
    if (declared.startsWith(STREAMING)) {
      throw new Fault(
          "NotImplemented",
          501,
          "A header you provided implies functionality that is not implemented.",
          Map.of("Header", HASH_HEADER));
    }
    if (!declared.equals(UNSIGNED_PAYLOAD) && !BodyHash.isHash(declared)) {
      throw new Fault(
          "InvalidArgument",
          400,
          "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value.");
    }
    if (bodySha256 != null) {
      requireSame(declared, bodySha256);
    }
    return declared;
  }

  /**
   * Compares the body with the hash that the request declared, where it declared one.
   *
   * @throws Fault when the body is another one
   */
  public void requireBody(String bodySha256) {
    requireSame(declaredHash(), bodySha256);
  }

  private void requireSame(@Nullable String declared, String bodySha256) {
    if (declared != null && BodyHash.isHash(declared) && !declared.equals(bodySha256)) {
      throw SignatureError.BODY.fault(
          protocol, "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
  }

  private boolean matches(String secretAccessKey, String payloadHash) {
    if (holds(secretAccessKey, canonicalRequest(query, payloadHash))) {
      return true;
    }
    if (!isPresigned() || !scope().service().equals(GATEWAY)) {
      return false;
    }
    List<Parameter> withoutToken =
        query.stream().filter(p -> !p.name().equals(TOKEN_PARAMETER)).toList();
    return withoutToken.size() < query.size()
        && holds(secretAccessKey, canonicalRequest(withoutToken, payloadHash));
  }

  private boolean holds(String secretAccessKey, String canonicalRequest) {
    String expected = SigningKey.sign(secretAccessKey, scope(), stringToSign(canonicalRequest));
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.US_ASCII), signature().getBytes(StandardCharsets.UTF_8));
  }

  Fault mismatch() {
    return SignatureError.MISMATCH.fault(protocol, MISMATCH);
  }

  private Fault mismatch(String payloadHash) {
    return switch (protocol) {
      case EC2 ->
          SignatureError.MISMATCH.fault(
              protocol, "AWS was not able to validate the provided access credentials");
      case REST_XML -> SignatureError.MISMATCH.fault(protocol, MISMATCH, explanation(payloadHash));
      case JSON, QUERY -> mismatch();
    };
  }

  /** What we computed, for people who write signers; a token in it would be a secret told twice. */
  private Map<String, String> explanation(String payloadHash) {
    String canonical = canonicalRequest(query, payloadHash);
    return sessionToken == null
        ? Map.of("StringToSign", stringToSign(canonical), "CanonicalRequest", canonical)
        : Map.of("StringToSign", stringToSign(canonical));
  }

  String canonicalRequest(String payloadHash) {
    return canonicalRequest(query, payloadHash);
  }

  String stringToSign(String canonicalRequest) {
    return CanonicalForm.stringToSign(Timestamps.basic(time), scope(), canonicalRequest);
  }

  private String canonicalRequest(List<Parameter> parametersSent, String payloadHash) {
    var out = new StringBuilder(512);
    out.append(request.method()).append('\n').append(canonicalPath()).append('\n');
    out.append(
        CanonicalForm.query(
            parametersSent.stream()
                .filter(p -> !isPresigned() || !p.name().equals("X-Amz-Signature"))
                .toList()));
    out.append('\n');
    for (String name : parameters.signedHeaders()) {
      String value = CanonicalForm.header(request.headers(), name);
      if (value == null) {
        throw SignatureError.MISMATCH.fault(
            protocol, "The signed header '" + name + "' is not in the request.");
      }
      out.append(name).append(':').append(value).append('\n');
    }
    out.append('\n').append(String.join(";", parameters.signedHeaders()));
    return out.append('\n').append(payloadHash).toString();
  }

  private String canonicalPath() {
    String raw = request.path().raw();
    try {
      return isS3() ? CanonicalForm.objectPath(raw) : CanonicalForm.path(raw);
    } catch (MalformedEncodingException impossible) {
      throw new IllegalStateException("RequestPath lets no such path through", impossible);
    }
  }

  /** Without the signature and the token. */
  @Override
  public String toString() {
    return "RequestSignature[" + accessKeyId() + ", " + scope() + "]";
  }
}
