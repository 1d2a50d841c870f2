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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate in force. BoringSSL where its library loads, the JDK's TLS elsewhere; TLS 1.2 and
 * newer. New connections see a reloaded certificate, open ones keep theirs. Safe for use by many
 * threads.
 */
final class Tls {
  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

  private final Path certificateChain;
  private final Path privateKey;
  private volatile Loaded loaded;

  Tls(Path certificateChain, Path privateKey) throws IOException {
    this.certificateChain = certificateChain;
    this.privateKey = privateKey;
    this.loaded = load();
  }

  SslHandler newHandler(ByteBufAllocator allocator) {
    SslHandler handler = loaded.context.newHandler(allocator);
    handler.setHandshakeTimeoutMillis(Limits.TLS_HANDSHAKE_MAX.toMillis());
    return handler;
  }

  /** Reads the files again; when they are unusable the old certificate stays in force. */
  synchronized void reload() throws IOException {
    loaded = load();
  }

  /** Reloads when a file's time stamp moved; a broken file is reported and the old one kept. */
  synchronized void reloadIfChanged() {
    try {
      if (!loaded.stamp.equals(stamp())) {
        loaded = load();
        LOG.info("certificate reloaded from {}", certificateChain);
      }
    } catch (IOException broken) {
      LOG.error("certificate not reloaded, the old one stays in force", broken);
    }
  }

  private Loaded load() throws IOException {
    Stamp stamp = stamp();
    try {
      SslContext context =
          SslContextBuilder.forServer(certificateChain.toFile(), privateKey.toFile())
              .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      Protocol.ALPN,
                      SelectorFailureBehavior.NO_ADVERTISE,
                      SelectedListenerFailureBehavior.ACCEPT,
                      ApplicationProtocolNames.HTTP_1_1))
              .build();
      return new Loaded(context, stamp);
    } catch (IllegalArgumentException unusable) {
      throw new IOException("cannot use " + certificateChain + " and " + privateKey, unusable);
    }
  }

  private Stamp stamp() throws IOException {
    return new Stamp(
        Files.getLastModifiedTime(certificateChain), Files.getLastModifiedTime(privateKey));
  }

  private record Stamp(FileTime certificateChain, FileTime privateKey) {}

  private record Loaded(SslContext context, Stamp stamp) {}
}
