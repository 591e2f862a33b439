import Application

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

exit(MarketFlowProgram.run(Array(CommandLine.arguments.dropFirst())).rawValue)
