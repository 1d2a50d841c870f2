package dev.postern.server.listener;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;

/**
 * The certificate in force. BoringSSL where its library loads, the JDK's TLS elsewhere; TLS 1.2 and
 * newer. New connections see a new certificate, open ones keep theirs. Safe for use by many
 * threads.
 */
final class Tls {
  private volatile SslContext context;

  Tls(ServerCertificate certificate) throws IOException {
    this.context = context(certificate);
  }

  SslHandler newHandler(ByteBufAllocator allocator) {
    SslHandler handler = context.newHandler(allocator);
    handler.setHandshakeTimeoutMillis(Limits.TLS_HANDSHAKE_MAX.toMillis());
    return handler;
  }

  /** When it is unusable the old certificate stays in force. */
  void use(ServerCertificate certificate) throws IOException {
    context = context(certificate);
  }

  private static SslContext context(ServerCertificate certificate) throws IOException {
    try {
      return SslContextBuilder.forServer(certificate.key(), certificate.chain())
          .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  ApplicationProtocolNames.HTTP_1_1))
          .build();
    } catch (IllegalArgumentException unusable) {
      throw new IOException(
          "the certificate cannot be used for TLS: " + unusable.getMessage(), unusable);
    }
  }
}
