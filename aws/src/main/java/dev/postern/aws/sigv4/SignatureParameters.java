package dev.postern.aws.sigv4;

import dev.postern.aws.MalformedEncodingException;
import dev.postern.aws.PercentEncoding;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.sigv4.CanonicalForm.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an Authorization header, or the parameters of a presigned address, say about the signature.
 *
 * @param time as sent; null where the header form takes it from other headers
 * @param expiresSeconds -1 in the header form
 */
record SignatureParameters(
    String accessKeyId,
    CredentialScope scope,
    List<String> signedHeaders,
    String signature,
    @Nullable String time,
    long expiresSeconds) {
  /** Longer than an RSA signature of 8192 bits in base64. */
  private static final int SIGNATURE_CHARACTERS_MAX = 1400;

  private static final int AUTHORIZATION_CHARACTERS_MAX = 8192;
  private static final int ACCESS_KEY_ID_CHARACTERS_MAX = 128;
  private static final int SCOPE_PARTS = 5;
  private static final long EXPIRES_SECONDS_MAX = 604_800;
  private static final String QUERY_PREFIX = "X-Amz-";

  /** Reads {@code ALGORITHM Credential=..., SignedHeaders=..., Signature=...}. */
  static SignatureParameters ofHeader(String authorization, Protocol protocol) {
    String text = authorization.strip();
    if (text.length() > AUTHORIZATION_CHARACTERS_MAX) {
      throw SignatureError.INCOMPLETE.fault(protocol, "The Authorization header is too long.");
    }
    int space = text.indexOf(' ');
    requireAlgorithm(space < 0 ? text : text.substring(0, space), protocol);
    Map<String, String> fields = new HashMap<>();
    if (space >= 0) {
      for (String field : split(text.substring(space + 1), ',')) {
        int equals = field.indexOf('=');
        String name = equals < 0 ? field : field.substring(0, equals).strip();
        String value = equals < 0 ? "" : field.substring(equals + 1).strip();
        if (equals <= 0 || fields.putIfAbsent(name, value) != null) {
          throw SignatureError.INCOMPLETE.fault(
              protocol, "The Authorization header has a part that is no key=value, or one twice.");
        }
      }
    }
    String credential = fields.get("Credential");
    String signedHeaders = fields.get("SignedHeaders");
    String signature = fields.get("Signature");
    if (credential == null || signedHeaders == null || signature == null) {
      var message = new StringBuilder();
      message.append(requirement(credential, "Credential"));
      message.append(requirement(signature, "Signature"));
      message.append(requirement(signedHeaders, "SignedHeaders"));
      throw SignatureError.INCOMPLETE.fault(protocol, message.toString().strip());
    }
    return of(
        SignatureError.INCOMPLETE,
        protocol,
        new Texts(credential, signedHeaders, signature, null, -1));
  }

  private static String requirement(@Nullable String value, String name) {
    return value == null ? "Authorization header requires '" + name + "' parameter. " : "";
  }

  /** Reads the {@code X-Amz-} parameters; each must be there once. */
  static SignatureParameters ofQuery(List<Parameter> query, Protocol protocol) {
    requireAlgorithm(required(query, "Algorithm", protocol), protocol);
    String expires = required(query, "Expires", protocol);
    boolean isNumber =
        !expires.isEmpty()
            && expires.length() <= 9
            && expires.chars().allMatch(c -> c >= '0' && c <= '9');
    long seconds = isNumber ? Long.parseLong(expires) : -1;
    if (seconds < 1 || seconds > EXPIRES_SECONDS_MAX) {
      throw SignatureError.INCOMPLETE_QUERY.fault(
          protocol, "X-Amz-Expires must be a number of seconds from 1 to 604800.");
    }
    return of(
        SignatureError.INCOMPLETE_QUERY,
        protocol,
        new Texts(
            required(query, "Credential", protocol),
            required(query, "SignedHeaders", protocol),
            required(query, "Signature", protocol),
            required(query, "Date", protocol),
            seconds));
  }

  /** Whether the query string claims to bear a signature, whole or not. */
  static boolean isPresigned(List<Parameter> query) {
    return query.stream()
        .map(Parameter::name)
        .anyMatch(name ->
            name.equals("X-Amz-Signature")
                || name.equals("X-Amz-Algorithm")
                || name.equals("X-Amz-Credential"));
  }

  private static String required(List<Parameter> query, String name, Protocol protocol) {
    String value = optional(query, QUERY_PREFIX + name, protocol);
    if (value == null) {
      throw SignatureError.INCOMPLETE_QUERY.fault(
          protocol, "The query string must include the parameter " + QUERY_PREFIX + name + ".");
    }
    return value;
  }

  static @Nullable String optional(List<Parameter> query, String name, Protocol protocol) {
    String found = null;
    for (Parameter parameter : query) {
      if (parameter.name().equals(name)) {
        if (found != null) {
          throw SignatureError.INCOMPLETE_QUERY.fault(
              protocol, "The query string has the parameter " + name + " twice.");
        }
        found = parameter.value();
      }
    }
    try {
      return found == null ? null : PercentEncoding.decode(found);
    } catch (MalformedEncodingException malformed) {
      throw SignatureError.INCOMPLETE_QUERY.fault(
          protocol, "The query string has " + malformed.getMessage() + ".");
    }
  }

  private static void requireAlgorithm(String algorithm, Protocol protocol) {
    if (!algorithm.equals(SigningKey.ALGORITHM)) {
      throw SignatureError.ALGORITHM.fault(
          protocol, "Unsupported AWS 'algorithm': '" + shown(algorithm) + "'.");
    }
  }

  /** The parts before they are looked into, alike for both forms. */
  private record Texts(
      String credential,
      String signedHeaders,
      String signature,
      @Nullable String time,
      long expiresSeconds) {}

  private static SignatureParameters of(SignatureError error, Protocol protocol, Texts texts) {
    String credential = texts.credential;
    String signature = texts.signature;
    List<String> parts = split(credential, '/');
    if (parts.size() != SCOPE_PARTS) {
      throw error.fault(
          protocol,
          "Credential must have exactly 5 slash-delimited elements, e.g."
              + " keyid/date/region/service/term, got '"
              + shown(credential)
              + "'.");
    }
    if (!parts.get(4).equals(CredentialScope.TERMINATOR)) {
      throw error.fault(
          protocol,
          "Credential should be scoped with a valid terminator: 'aws4_request', not '"
              + shown(parts.get(4))
              + "'.");
    }
    String keyId = parts.getFirst();
    boolean plainKeyId =
        !keyId.isEmpty()
            && keyId.length() <= ACCESS_KEY_ID_CHARACTERS_MAX
            && keyId.chars().allMatch(c -> c > ' ' && c < 127);
    if (!plainKeyId || signature.isEmpty() || signature.length() > SIGNATURE_CHARACTERS_MAX) {
      throw error.fault(protocol, "The credential or the signature has an impossible length.");
    }
    return new SignatureParameters(
        keyId,
        scope(error, protocol, parts),
        headerNames(error, protocol, texts.signedHeaders),
        signature,
        texts.time,
        texts.expiresSeconds);
  }

  private static CredentialScope scope(
      SignatureError error, Protocol protocol, List<String> parts) {
    try {
      return new CredentialScope(parts.get(1), parts.get(2), parts.get(3));
    } catch (IllegalArgumentException _) {
      throw error.fault(
          protocol, "Credential should be scoped to a valid date, region and service.");
    }
  }

  /** Every signer sorts the names, so another order would only be a second spelling of the same. */
  private static List<String> headerNames(
      SignatureError error, Protocol protocol, String signedHeaders) {
    List<String> names = split(signedHeaders, ';');
    String before = "";
    for (String name : names) {
      if (!isHeaderName(name) || name.compareTo(before) <= 0) {
        throw error.fault(
            protocol, "SignedHeaders must be header names in lower case, in order, each once.");
      }
      before = name;
    }
    return names;
  }

  private static boolean isHeaderName(String name) {
    return name.chars()
        .allMatch(c ->
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, start)) {
      parts.add(text.substring(start, end));
      start = end + 1;
    }
    parts.add(text.substring(start));
    return parts;
  }

  /** A peer's text inside a message: short, and nothing but printable ASCII. */
  static String shown(String text) {
    String start = text.length() > 128 ? text.substring(0, 128) : text;
    var out = new StringBuilder(start.length());
    start.chars().forEach(c -> out.append(c < ' ' || c > '~' ? '?' : (char) c));
    return out.toString();
  }
}
