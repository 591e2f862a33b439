print("marketflow")
