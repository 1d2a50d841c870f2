package dev.postern.agent.control;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** For each test a node of its own, and the id of a session to start on it. */
abstract class NodeScene {
  @TempDir Path temporary;
  NodeFixture node;
  final String id = NodeFixture.newSessionId();

  @BeforeEach
  void start() throws Exception {
    node = new NodeFixture(temporary.resolve("data"));
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
  }
}
