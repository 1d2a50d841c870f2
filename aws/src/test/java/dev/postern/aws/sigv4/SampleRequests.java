package dev.postern.aws.sigv4;

import dev.postern.aws.HttpRequest;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Requests of our own signer as a server sees them. */
final class SampleRequests {
  private SampleRequests() {}

  static ReceivedRequest signed(Instant time, SampleKey key, String service) {
    var request =
        new HttpRequest(
            "POST",
            URI.create("https://localhost:8443/"),
            Map.of("content-type", List.of("application/x-amz-json-1.1")),
            new byte[] {'{', '}'});
    var credentials = new Credentials(SampleKey.ID, key.secretAccessKey(), key.token());
    return received(RequestSigner.sign(request, credentials, "us-east-1", service, time));
  }

  static ReceivedRequest received(HttpRequest request) {
    URI uri = request.uri();
    List<ReceivedRequest.Header> headers = new ArrayList<>();
    headers.add(new ReceivedRequest.Header("Host", request.host()));
    request
        .headers()
        .forEach((name, values) ->
            values.forEach(value -> headers.add(new ReceivedRequest.Header(name, value))));
    return new ReceivedRequest(
        request.method(),
        RequestPath.parse(uri.getRawPath()),
        uri.getRawQuery() == null ? "" : uri.getRawQuery(),
        headers);
  }

  static ReceivedRequest request(String method, String path, String query, String... headers) {
    List<ReceivedRequest.Header> list = new ArrayList<>();
    for (int i = 0; i < headers.length; i += 2) {
      list.add(new ReceivedRequest.Header(headers[i], headers[i + 1]));
    }
    return new ReceivedRequest(method, RequestPath.parse(path), query, list);
  }
}
