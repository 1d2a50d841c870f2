package dev.postern.server.listener;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * Where to listen and as whom.
 *
 * @param address port 0 takes a free port
 * @param certificateChain PEM file, the server's own certificate first
 * @param privateKey PEM file, PKCS#8 without a password
 */
public record ListenerOptions(InetSocketAddress address, Path certificateChain, Path privateKey) {}
