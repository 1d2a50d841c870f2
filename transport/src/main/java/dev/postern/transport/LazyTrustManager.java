package dev.postern.transport;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A trust manager that is made at the first question. Safe for use by many threads. */
final class LazyTrustManager extends X509ExtendedTrustManager {
  interface Source {
    X509ExtendedTrustManager read() throws IOException;
  }

  private final Source source;
  private @Nullable X509ExtendedTrustManager manager;

  LazyTrustManager(Source source) {
    this.source = source;
  }

  private synchronized X509ExtendedTrustManager manager() throws CertificateException {
    X509ExtendedTrustManager known = manager;
    if (known == null) {
      try {
        known = source.read();
      } catch (IOException e) {
        throw new CertificateException("the system's roots: " + e.getMessage(), e);
      }
      manager = known;
    }
    return known;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    manager().checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    manager().checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    manager().checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("this side takes no client certificates");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("this side takes no client certificates");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("this side takes no client certificates");
  }

  /** Only a server announces issuers. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
