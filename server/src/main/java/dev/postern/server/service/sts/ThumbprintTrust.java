package dev.postern.server.service.sts;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts a server whose certificate the platform trusts, or whose chain ends in a certificate that
 * has one of the thumbprints that were registered with an OIDC provider. Either way the certificate
 * must be valid and for the host that is called. Safe for use by many threads.
 */
final class ThumbprintTrust extends X509ExtendedTrustManager {
  private final List<String> thumbprints;
  private final X509ExtendedTrustManager platform;

  /**
   * @param thumbprints SHA-1 in hexadecimal, of any case
   */
  ThumbprintTrust(List<String> thumbprints) throws GeneralSecurityException {
    this.thumbprints = List.copyOf(thumbprints);
    this.platform = trustIn(null);
  }

  /** A context of TLS that trusts so. */
  SSLContext context() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {this}, null);
    return context;
  }

  private static X509ExtendedTrustManager trustIn(@Nullable KeyStore anchors)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(anchors);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager found) {
        return found;
      }
    }
    throw new IllegalStateException("every Java platform checks certificates");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    try {
      platform.checkServerTrusted(chain, authType, engine);
    } catch (CertificateException untrusted) {
      registered(chain, untrusted).checkServerTrusted(chain, authType, engine);
    }
  }

  /** What trusts the registered certificate of the chain; throws when there is none. */
  private X509ExtendedTrustManager registered(
      X509Certificate[] chain, CertificateException untrusted) throws CertificateException {
    for (X509Certificate certificate : chain) {
      if (isRegistered(certificate)) {
        try {
          KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
          anchors.load(null, null);
          anchors.setCertificateEntry("registered", certificate);
          return trustIn(anchors);
        } catch (GeneralSecurityException | IOException impossible) {
          throw new CertificateException(impossible);
        }
      }
    }
    throw untrusted;
  }

  private boolean isRegistered(X509Certificate certificate) throws CertificateException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded());
      return thumbprints.stream().anyMatch(HexFormat.of().formatHex(digest)::equalsIgnoreCase);
    } catch (GeneralSecurityException impossible) {
      throw new CertificateException(impossible);
    }
  }

  /** Only an engine tells the host that is called. */
  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("the host is not known");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("the host is not known");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("there are no clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("there are no clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("there are no clients");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return platform.getAcceptedIssuers();
  }
}
