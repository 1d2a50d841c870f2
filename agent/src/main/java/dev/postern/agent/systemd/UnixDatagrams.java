package dev.postern.agent.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Sends datagrams to Unix sockets, which Java's own sockets cannot. Any thread. Numbers are those
 * of Linux on x86-64 and arm64.
 */
@SuppressWarnings("restricted") // native access is granted to this program by its launcher
final class UnixDatagrams {
  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_DONTWAIT = 0x40;

  // struct sockaddr_un: family, path.
  private static final int PATH_OFFSET = 2;
  private static final int PATH_BYTES_MAX = 108;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SENDTO =
      function(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private UnixDatagrams() {}

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    MemorySegment address =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new IllegalStateException("no " + name + " in the C library"));
    return LINKER.downcallHandle(address, descriptor, Linker.Option.captureCallState("errno"));
  }

  /**
   * Sends one datagram and never waits.
   *
   * @param path of the receiver in the file system; with a zero byte first, an abstract name
   * @throws IOException when it did not leave
   */
  static void send(byte[] path, byte[] datagram) throws IOException {
    // A path in the file system ends with a zero byte, an abstract name with its last byte.
    boolean named = path.length > 0 && path[0] == 0;
    if (path.length == 0 || path.length + (named ? 0 : 1) > PATH_BYTES_MAX) {
      throw new IOException("the name of the socket is empty or too long");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment address =
          arena.allocate(PATH_OFFSET + PATH_BYTES_MAX, JAVA_SHORT.byteAlignment());
      address.set(JAVA_SHORT, 0, AF_UNIX);
      MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH_OFFSET, path.length);
      int addressBytes = PATH_OFFSET + path.length + (named ? 0 : 1);
      MemorySegment content = arena.allocateFrom(JAVA_BYTE, datagram);
      int socket = (int) SOCKET.invokeExact(state, (int) AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      fail("socket", socket, state);
      try {
        long sent =
            (long)
                SENDTO.invokeExact(
                    state,
                    socket,
                    content,
                    content.byteSize(),
                    MSG_NOSIGNAL | MSG_DONTWAIT,
                    address,
                    addressBytes);
        fail("sendto", sent, state);
      } finally {
        int _ = (int) CLOSE.invokeExact(state, socket);
      }
    } catch (IOException failed) {
      throw failed;
    } catch (Throwable thrown) {
      throw new IllegalStateException("a native call could not be made", thrown);
    }
  }

  private static void fail(String call, long result, MemorySegment state) throws IOException {
    if (result < 0) {
      throw new IOException(call + " failed with errno " + (int) ERRNO.get(state, 0L));
    }
  }
}
