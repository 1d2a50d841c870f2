package dev.postern.client.login;

import dev.postern.aws.Exchange;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.Timestamps;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.aws.query.QueryForm;
import dev.postern.aws.xml.MalformedXmlException;
import dev.postern.aws.xml.XmlElement;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * sts AssumeRoleWithWebIdentity: a query call without a signature, for the token is the proof
 * (spec/aws-api.md section 4).
 */
final class WebIdentityCall {
  private static final String OPERATION = "AssumeRoleWithWebIdentity";
  private static final String API_VERSION = "2011-06-15";
  private static final int OK = 200;

  private final Exchange http;
  private final LoginTerms terms;

  WebIdentityCall(Exchange http, LoginTerms terms) {
    this.http = http;
    this.terms = terms;
  }

  /**
   * Who one is then, and the credentials for it.
   *
   * @param arn of the session
   */
  record Assumed(String arn, SessionCredentials credentials) {}

  /**
   * Assumes the role.
   *
   * @throws dev.postern.aws.Fault when the server refuses
   * @throws IOException when no answer came, or an incomplete one
   */
  Assumed assume(String idToken, String sessionName) throws IOException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("Action", OPERATION);
    form.put("Version", API_VERSION);
    form.put("RoleArn", terms.roleArn());
    form.put("RoleSessionName", sessionName);
    form.put("WebIdentityToken", idToken);
    if (terms.durationSeconds() != null) {
      form.put("DurationSeconds", terms.durationSeconds().toString());
    }
    URI endpoint = terms.endpoint();
    HttpResponse response =
        http.exchange(
            new HttpRequest(
                "POST",
                endpoint.getRawPath().isEmpty() ? endpoint.resolve("/") : endpoint,
                Map.of("content-type", List.of("application/x-www-form-urlencoded; charset=utf-8")),
                QueryForm.encode(form).getBytes(StandardCharsets.US_ASCII)));
    if (response.status() != OK) {
      throw FaultResponse.read(response);
    }
    try {
      return read(XmlElement.parse(response.body()).child(OPERATION + "Result"));
    } catch (MalformedXmlException | IllegalArgumentException malformed) {
      throw new IOException("the answer to " + OPERATION + " cannot be read", malformed);
    }
  }

  private static Assumed read(@Nullable XmlElement result) throws IOException {
    XmlElement credentials = required(result, "Credentials");
    Instant expiration = Timestamps.parseIso8601(text(credentials, "Expiration"));
    return new Assumed(
        text(required(result, "AssumedRoleUser"), "Arn"),
        new SessionCredentials(
            text(credentials, "AccessKeyId"),
            text(credentials, "SecretAccessKey"),
            text(credentials, "SessionToken"),
            expiration));
  }

  private static XmlElement required(@Nullable XmlElement parent, String name) throws IOException {
    XmlElement child = parent == null ? null : parent.child(name);
    if (child == null) {
      throw new IOException("the answer to " + OPERATION + " has no " + name);
    }
    return child;
  }

  private static String text(XmlElement parent, String name) throws IOException {
    String text = required(parent, name).text().strip();
    if (text.isEmpty()) {
      throw new IOException("the answer to " + OPERATION + " has no " + name);
    }
    return text;
  }
}
