package dev.postern.client.login;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Addresses to which codes and tokens may be sent. */
public final class SecureAddress {
  private static final Pattern IPV4_LOOPBACK = Pattern.compile("127(\\.[0-9]{1,3}){3}");

  private SecureAddress() {}

  /**
   * Reads an absolute https URL; http is taken for a loopback address only (RFC 8252 section 8.3:
   * nothing leaves the machine).
   *
   * @param what the URL is, for the refusal
   * @throws IOException when it is none of these, or has a user or a fragment
   */
  public static URI parse(String what, String text) throws IOException {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException notAnAddress) {
      throw new IOException(what + " is not a URL: " + text, notAnAddress);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    String host = uri.getHost();
    if (host == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw new IOException(what + " has the form https://host[:port][/path], this is " + text);
    }
    if (scheme.equals("https") || (scheme.equals("http") && isLoopback(host))) {
      return uri;
    }
    throw new IOException(what + " must begin with https:// (http:// is for loopback): " + text);
  }

  private static boolean isLoopback(String host) throws IOException {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    boolean literal = IPV4_LOOPBACK.matcher(host).matches() || host.startsWith("[");
    // A literal is not looked up; a name could lead anywhere.
    return literal && InetAddress.getByName(host).isLoopbackAddress();
  }
}
