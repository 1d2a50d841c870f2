package dev.postern.aws.query;

import dev.postern.aws.MalformedEncodingException;
import dev.postern.aws.PercentEncoding;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query or ec2 call: an {@code application/x-www-form-urlencoded} body, or the
 * query string of a GET. A parameter that comes twice is refused, since two readers could choose
 * differently. Immutable.
 */
public final class QueryForm {
  /** Parameters in one call. */
  public static final int PARAMETERS_MAX = 5000;

  private final Map<String, String> parameters;

  private QueryForm(Map<String, String> parameters) {
    this.parameters = Collections.unmodifiableMap(parameters);
  }

  public static QueryForm parse(byte[] body) throws MalformedFormException {
    return parse(new String(body, StandardCharsets.ISO_8859_1));
  }

  public static QueryForm parse(String encoded) throws MalformedFormException {
    Map<String, String> parameters = new LinkedHashMap<>();
    int start = 0;
    while (start < encoded.length()) {
      int end = encoded.indexOf('&', start);
      end = end < 0 ? encoded.length() : end;
      if (end > start) {
        add(parameters, encoded.substring(start, end));
      }
      start = end + 1;
    }
    return new QueryForm(parameters);
  }

  private static void add(Map<String, String> parameters, String pair)
      throws MalformedFormException {
    int equals = pair.indexOf('=');
    try {
      String name = PercentEncoding.decodeForm(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : PercentEncoding.decodeForm(pair.substring(equals + 1));
      if (parameters.putIfAbsent(name, value) != null) {
        throw new MalformedFormException("a parameter comes twice");
      }
    } catch (MalformedEncodingException malformed) {
      throw new MalformedFormException("the form has " + malformed.getMessage());
    }
    if (parameters.size() > PARAMETERS_MAX) {
      throw new MalformedFormException("the form has too many parameters");
    }
  }

  public @Nullable String get(String name) {
    return parameters.get(name);
  }

  /** All of them, in the order in which they came. */
  public Map<String, String> parameters() {
    return parameters;
  }

  /** The parameters as the structure that their dotted names spell. */
  public FormNode tree() throws MalformedFormException {
    return FormNode.of(parameters);
  }

  /** The form as it is sent. */
  public static String encode(Map<String, String> parameters) {
    var out = new StringBuilder();
    parameters.forEach((name, value) -> {
      if (!out.isEmpty()) {
        out.append('&');
      }
      out.append(PercentEncoding.encode(name)).append('=').append(PercentEncoding.encode(value));
    });
    return out.toString();
  }
}
