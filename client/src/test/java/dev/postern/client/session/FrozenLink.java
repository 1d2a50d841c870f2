package dev.postern.client.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A path between a client and a server that can go dead: then nothing passes in either direction,
 * no byte, no end and no new connection, and nobody is told. What was under way arrives when the
 * path is back, as TCP would send it again; or it does not, as where TCP's next attempt is far
 * away. It can be slow, and narrow, too.
 */
public final class FrozenLink implements AutoCloseable {
  /** Small enough that a slow path does not come in lumps. */
  private static final int PIECE_BYTES = 4 << 10;

  private final int exitPort;
  private final int entrancePort;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final Set<Socket> established = ConcurrentHashMap.newKeySet();
  private final Set<Socket> dead = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket entrance;
  private final AtomicLong passed = new AtomicLong();

  /** Bytes a second of each connection that there is. */
  private final List<AtomicLong> paces = new CopyOnWriteArrayList<>();

  private long bytesPerSecond = Long.MAX_VALUE;
  private boolean frozen;

  /** In bytes a second for all connections together; there is no such limit when it is zero. */
  private final long width;

  private final Turns inward = new Turns();
  private final Turns outward = new Turns();

  /** The order in which what all connections have for one direction of a narrow path passes. */
  private static final class Turns {
    private long free = System.nanoTime();

    /** When the path has passed so many bytes more. */
    synchronized long after(int count, long width) {
      free =
          Math.max(free, System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(1))
              + TimeUnit.SECONDS.toNanos(count) / width;
      return free;
    }
  }

  /** Bytes on a narrow path, and when they have passed; none of them are the end. */
  private record Piece(byte[] bytes, long passes) {}

  /** A path to a port of this machine. */
  public FrozenLink(int exitPort) throws IOException {
    this(0, exitPort);
  }

  /**
   * The same where clients know the port already.
   *
   * @param entrancePort free until now
   */
  public FrozenLink(int entrancePort, int exitPort) throws IOException {
    this(entrancePort, exitPort, 0);
  }

  /**
   * A path that passes so much each way and no more, first come, first served whichever connection
   * it is of. Whatever waits for that is on its way for whoever sent it, as in a router that has
   * far too much memory.
   */
  public static FrozenLink narrow(int exitPort, long bytesPerSecond) throws IOException {
    return new FrozenLink(0, exitPort, bytesPerSecond);
  }

  private FrozenLink(int entrancePort, int exitPort, long width) throws IOException {
    this.width = width;
    this.exitPort = exitPort;
    this.entrance = listen(entrancePort);
    this.entrancePort = entrance.getLocalPort();
  }

  private ServerSocket listen(int port) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    Thread.ofVirtual().start(() -> accept(listener));
    return listener;
  }

  /** The port to call instead of the server's. */
  public int port() {
    return entrancePort;
  }

  public synchronized void freeze() {
    frozen = true;
  }

  public synchronized void thaw() {
    frozen = false;
    notifyAll();
  }

  /** The path is back for connections that were not open when it went dead. */
  public synchronized void thawForNew() {
    dead.addAll(established);
    thaw();
  }

  /** From now on each direction of each connection passes so much and no more. */
  public synchronized void limit(long newBytesPerSecond) {
    bytesPerSecond = newBytesPerSecond;
    limitPresent(newBytesPerSecond);
  }

  /** The same for the connections that there are; new ones are as fast as before. */
  public synchronized void limitPresent(long newBytesPerSecond) {
    paces.forEach(pace -> pace.set(newBytesPerSecond));
  }

  /** How many bytes have passed, in both directions. */
  public long passed() {
    return passed.get();
  }

  /** Ends every connection and refuses new ones, as a server that is down does. */
  public void cutOff() throws IOException {
    entrance.close();
    open.forEach(FrozenLink::cut);
    open.clear();
  }

  /** Resets every connection of now; new ones are let through. */
  public void reset() {
    for (Socket socket : List.copyOf(open)) {
      open.remove(socket);
      try {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException closed) {
        // then there is nothing left to reset
      }
      cut(socket);
    }
  }

  /** Lets connections through again. */
  public void mend() throws IOException {
    entrance = listen(entrancePort);
  }

  private synchronized void awaitThaw() throws InterruptedException {
    while (frozen) {
      wait();
    }
  }

  /** For a connection that is open; for ever if it is dead. */
  private synchronized void awaitThaw(Socket connection) throws InterruptedException, IOException {
    while (frozen || dead.contains(connection)) {
      if (connection.isClosed()) {
        throw new IOException("the path was torn down");
      }
      wait();
    }
  }

  private void accept(ServerSocket listener) {
    while (!listener.isClosed()) {
      try {
        Socket near = listener.accept();
        open.add(near);
        Thread.ofVirtual().start(() -> join(near));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void join(Socket near) {
    AtomicLong pace = newPace();
    try {
      awaitThaw();
      Socket far = new Socket(InetAddress.getLoopbackAddress(), exitPort);
      open.add(far);
      established.add(near);
      established.add(far);
      Thread.ofVirtual().start(() -> pass(near, far, pace, inward));
      pass(far, near, pace, outward);
    } catch (IOException | InterruptedException noServer) {
      cut(near);
    } finally {
      paces.remove(pace);
    }
  }

  private synchronized AtomicLong newPace() {
    AtomicLong pace = new AtomicLong(bytesPerSecond);
    paces.add(pace);
    return pace;
  }

  private void pass(Socket from, Socket to, AtomicLong pace, Turns turns) {
    if (width == 0) {
      pump(from, to, pace);
    } else {
      queue(from, to, turns);
    }
  }

  /** Takes in what comes as fast as it comes; another thread lets it out. */
  private void queue(Socket from, Socket to, Turns turns) {
    BlockingQueue<Piece> waiting = new LinkedBlockingQueue<>();
    Thread.ofVirtual().start(() -> letOut(waiting, from, to));
    byte[] buffer = new byte[PIECE_BYTES];
    try {
      InputStream input = from.getInputStream();
      for (int count = input.read(buffer); count > 0; count = input.read(buffer)) {
        waiting.add(new Piece(Arrays.copyOf(buffer, count), turns.after(count, width)));
      }
    } catch (IOException end) {
      cut(from);
      cut(to);
    }
    waiting.add(new Piece(new byte[0], System.nanoTime()));
  }

  private void letOut(BlockingQueue<Piece> waiting, Socket from, Socket to) {
    try {
      for (Piece next = waiting.take(); next.bytes.length > 0; next = waiting.take()) {
        awaitUntil(next.passes);
        awaitThaw();
        passed.addAndGet(next.bytes.length);
        to.getOutputStream().write(next.bytes);
      }
      to.shutdownOutput();
    } catch (IOException | InterruptedException end) {
      cut(from);
      cut(to);
    }
  }

  private void pump(Socket from, Socket to, AtomicLong pace) {
    try {
      InputStream input = from.getInputStream();
      OutputStream output = to.getOutputStream();
      byte[] buffer = new byte[PIECE_BYTES];
      long free = System.nanoTime();
      for (int count = input.read(buffer); count > 0; count = input.read(buffer)) {
        awaitThaw(from);
        free = pass(count, free, pace.get());
        output.write(buffer, 0, count);
        // Nothing more is read until then: the sender's buffer fills up, as it does with TCP.
        awaitThaw(from);
      }
      awaitThaw(from);
      to.shutdownOutput();
    } catch (IOException | InterruptedException end) {
      cut(from);
      cut(to);
    }
  }

  /** Takes the time that the bytes take; from when on the path is free for the next. */
  private long pass(int count, long free, long pace) {
    long passes =
        Math.max(free, System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(1))
            + TimeUnit.SECONDS.toNanos(count) / pace;
    awaitUntil(passes);
    passed.addAndGet(count);
    return passes;
  }

  private static void awaitUntil(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void cut(Socket socket) {
    try {
      socket.close();
    } catch (IOException closed) {
      // it is gone all the same
    }
  }

  @Override
  public void close() throws IOException {
    cutOff();
    thaw();
  }
}
