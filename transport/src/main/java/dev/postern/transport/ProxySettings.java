package dev.postern.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which proxy a connection goes through, as the environment says: {@code https_proxy} for https and
 * wss, {@code http_proxy} for http and ws, {@code no_proxy} for what goes direct; the upper-case
 * names too, lower case first. Loopback hosts always go direct. Immutable.
 *
 * @param https null for direct
 * @param http null for direct
 * @param exceptions what goes direct
 */
public record ProxySettings(@Nullable Proxy https, @Nullable Proxy http, NoProxy exceptions) {
  /** No proxy for anything. */
  public static final ProxySettings DIRECT = new ProxySettings(null, null, NoProxy.NONE);

  /**
   * An HTTP proxy.
   *
   * @param host without brackets
   * @param tls whether the connection to the proxy itself is TLS
   * @param authorization value of {@code Proxy-Authorization}; a secret
   */
  public record Proxy(String host, int port, boolean tls, @Nullable String authorization) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * Reads the variables of this process, or of another.
   *
   * @throws IOException naming the variable, when its value is no proxy that we can use; the value
   *     itself is not repeated since it may hold a password
   */
  public static ProxySettings fromEnvironment(Map<String, String> environment) throws IOException {
    Proxy https = proxy(environment, "https_proxy", "HTTPS_PROXY");
    // A CGI program's HTTP_PROXY is a request header, chosen by a stranger.
    String upperHttp = environment.containsKey("REQUEST_METHOD") ? "http_proxy" : "HTTP_PROXY";
    Proxy http = proxy(environment, "http_proxy", upperHttp);
    String exceptions =
        environment.get(environment.containsKey("no_proxy") ? "no_proxy" : "NO_PROXY");
    return new ProxySettings(
        https, http, exceptions == null ? NoProxy.NONE : NoProxy.parse(exceptions));
  }

  /** The proxy for a target, null when the connection goes direct. */
  public @Nullable Proxy proxyFor(URI target) {
    Target where = Target.of(target);
    Proxy proxy = where.secure() ? https : http;
    return proxy == null || exceptions.covers(where.host(), where.port()) ? null : proxy;
  }

  private static @Nullable Proxy proxy(
      Map<String, String> environment, String lowerName, String upperName) throws IOException {
    String name = environment.containsKey(lowerName) ? lowerName : upperName;
    String value = environment.get(name);
    if (value == null || value.isBlank()) {
      return null;
    }
    try {
      return parse(value.strip());
    } catch (URISyntaxException | IllegalArgumentException _) {
      // The cause would repeat the value.
      throw new IOException(name + " is not the URL of an http or https proxy");
    }
  }

  private static Proxy parse(String value) throws URISyntaxException {
    URI uri = new URI(value.contains("://") ? value : "http://" + value);
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    boolean tls = scheme.equals("https");
    if (!tls && !scheme.equals("http")) {
      throw new IllegalArgumentException("unsupported proxy scheme");
    }
    String host = uri.getHost();
    if (host == null) {
      throw new IllegalArgumentException("no host");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    return new Proxy(Target.withoutBrackets(host), port, tls, authorization(uri.getRawUserInfo()));
  }

  private static @Nullable String authorization(@Nullable String userInfo) {
    if (userInfo == null) {
      return null;
    }
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
    String password = colon < 0 ? "" : userInfo.substring(colon + 1);
    String plain = decoded(user) + ":" + decoded(password);
    return "Basic " + Base64.getEncoder().encodeToString(plain.getBytes(UTF_8));
  }

  /** Percent escapes only: a plus sign stands for itself here. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }
}
